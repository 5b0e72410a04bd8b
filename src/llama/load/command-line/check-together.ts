import type { OptionValues } from "../../../base/options/values.ts";
import { JobError } from "../../errors.ts";
import type { Slo } from "../../measure/slo.ts";
import type { LoadOptionName } from "./option-table.ts";

/** Pairs of options that say different things about one, and why. */
const NOT_WITH: readonly (readonly [LoadOptionName, LoadOptionName, why: string])[] = [
	["in", "lengths", "a file has its prompts"],
	["in", "prompt-tokens", "a file has its prompts"],
	["in", "shared-prefix", "a file has its prompts"],
	["in", "conversations", "conversations are made, not read"],
	["lengths", "prompt-tokens", "both say how long prompts are"],
	["lengths", "max-tokens", "both say how long answers are"],
	["conversations", "requests", "there are as many requests as all conversations have turns"],
	["prompt-field", "prompt-template", "each says what the prompt is"],
];

/** Options that mean nothing without another. */
const ONLY_WITH: readonly (readonly [LoadOptionName, LoadOptionName])[] = [
	["burstiness", "rate"],
	["turns", "conversations"],
	["in-format", "in"],
	["prompt-field", "in"],
	["prompt-template", "in"],
];

/** @throws {JobError} with exit code 2, where options do not go together. */
export function checkTogether(values: OptionValues<LoadOptionName>, slo: Slo | undefined): void {
	if (!values.has("url")) {
		throw new JobError("Cannot send requests without --url URL, such as --url http://127.0.0.1:8090", 2);
	}
	for (const [name, other, why] of NOT_WITH) {
		if (values.has(name) && values.has(other)) {
			throw new JobError(`Cannot use --${name} with --${other}: ${why}`, 2);
		}
	}
	for (const [name, other] of ONLY_WITH) {
		if (values.has(name) && !values.has(other)) {
			throw new JobError(`Cannot use --${name} without --${other}`, 2);
		}
	}
	if (values.has("in") && values.text("max-tokens")?.includes("..")) {
		throw new JobError("Cannot use --max-tokens with a range and --in: it takes one number there", 2);
	}
	if (values.has("conversations") && values.text("route") === "completions") {
		throw new JobError("Cannot use --conversations with --route completions: only chats have turns", 2);
	}
	if (values.has("no-stream") && (slo?.ttft ?? slo?.tpot) !== undefined) {
		throw new JobError("Cannot limit ttft or tpot with --no-stream: whole answers do not tell them", 2);
	}
}
