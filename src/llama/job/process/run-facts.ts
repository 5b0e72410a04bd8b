import { readFileSync } from "node:fs";
import { relative } from "node:path";
import { commandText } from "../../../base/command-text.ts";
import { ownFolder } from "../../../base/own-folder.ts";
import { BUILT_IN_TOKENS } from "../../batch/files/built-in-prompts.ts";
import type { OpenBatchOptions } from "../../batch/open-batch.ts";
import type { RunFacts, SamplingFacts } from "../../measure/run-facts.ts";
import { DEFAULT_SAMPLING } from "../../openai/sampling-defaults.ts";

/** When this process began, what was typed, and the versions of what runs it. */
export function runFacts(): Pick<RunFacts, "date" | "command" | "versions"> {
	return {
		date: new Date(performance.timeOrigin).toISOString(),
		command: commandLine(process.argv, process.env),
		versions: { tsmpi: ownVersion(), node: process.version },
	};
}

/** tsmpirun tells its ranks what was typed; a program that was started without it is found by its own arguments. */
function commandLine(
	[, program = "", ...words]: readonly string[],
	env: Readonly<Record<string, string | undefined>>,
): string {
	return env.TSMPI_COMMAND ?? commandText(["node", relative(process.cwd(), program), ...words]);
}

function ownVersion(): string {
	try {
		// ownFolder is dist/src.
		const manifest = JSON.parse(readFileSync(new URL("../../package.json", ownFolder), "utf8"));
		return String(manifest.version);
	} catch {
		return "unknown";
	}
}

/** What requests are sampled with where they do not say, by the options of `openBatch`. */
export function samplingFacts(options: OpenBatchOptions): SamplingFacts {
	const { endpoint = false, seed = 1 } = options;
	const { maxTokens = options.in === undefined ? BUILT_IN_TOKENS : undefined } = options;
	const { temperature, topP, topK, minP } = endpoint
		? { temperature: undefined, topP: undefined, topK: undefined, minP: undefined }
		: DEFAULT_SAMPLING;
	return {
		temperature: options.temperature ?? temperature ?? null,
		top_p: options.topP ?? topP ?? null,
		top_k: options.topK ?? topK ?? null,
		min_p: options.minP ?? minP ?? null,
		seed,
		max_tokens: maxTokens ?? null,
	};
}
