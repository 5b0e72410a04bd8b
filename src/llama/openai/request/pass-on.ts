/** Requests for endpoints, which get a body's fields as they came: they may know more than is known here. */

import { integerFrom } from "../../../base/check-types.ts";
import type { Prompt } from "../../engine/prompt.ts";
import type { RequestKind } from "../kind.ts";
import { type Defaults, type EmbedTask, type GenerateTask, seedFor } from "../task.ts";
import { refuseLost } from "./fields/responses-fields.ts";
import { parseMessages } from "./messages.ts";
import { check, unsupported } from "./values/draft.ts";
import { checkPlain } from "./values/plain-json.ts";
import { inputsOf, promptsOf } from "./values/prompts.ts";
import { chatBody } from "./values/responses-chat.ts";

type Fields = Readonly<Record<string, unknown>>;

const LIMITS = ["max_completion_tokens", "max_tokens", "n_predict"];

/**
 * A text to generate. Only what is done here is understood: the prompts, `n`, `stream`, `echo`, the seed. What the
 * command line names holds where the body leaves it open.
 */
export function passOn(given: Fields, kind: RequestKind, id: number, defaults: Defaults): GenerateTask {
	if (kind === "/v1/responses") refuseLost(given);
	const body = kind === "/v1/responses" ? chatBody(given) : given;
	const { messages, prompt, n: times, stream: _, stream_options: __, echo, seed, ...rest } = body;
	checkPlain(rest, "body");
	const n = times ?? 1;
	check("n", n, integerFrom(1, 128));
	const prompts: readonly Prompt[] =
		kind === "/v1/completions" ? promptsOf(prompt) : [parseMessages(messages, { asTheyCame: true })];
	const open = (name: string) => rest[name] === undefined || rest[name] === null;
	const left = <T>(name: string, value: T) => (open(name) ? value : undefined);
	const logprobs = logprobsOf(rest, kind);
	if (echo === true && logprobs !== undefined) throw unsupported("echo", true, 'only without "logprobs"');
	return {
		...{ kind: "generate", prompts, body: rest },
		sampling: {
			topP: left("top_p", defaults.topP),
			topK: left("top_k", defaults.topK),
			minP: left("min_p", defaults.minP),
		},
		maxTokens: LIMITS.every(open) ? defaults.maxTokens : undefined,
		temperature: left("temperature", defaults.temperature),
		seed: Number.isInteger(seed) ? (seed as number) >>> 0 : seedFor(defaults.seed, id),
		...(n === 1 ? {} : { n: n as number }),
		...(echo === true ? { echo } : {}),
		...(logprobs === undefined ? {} : { logprobs }),
	};
}

/** Texts to embed. */
export function passOnTexts({ input, encoding_format: format, ...rest }: Fields): EmbedTask {
	checkPlain(rest, "body");
	const { dimensions } = rest;
	return {
		...{ kind: "embed", texts: inputsOf(input), base64: format === "base64", body: rest },
		...(Number.isSafeInteger(dimensions) ? { dimensions: dimensions as number } : {}),
	};
}

/** What the body asks for, as far as an answer can hold it. */
function logprobsOf({ logprobs, top_logprobs: top }: Fields, kind: RequestKind): number | undefined {
	const most = kind === "/v1/completions" ? logprobs : logprobs === true ? (top ?? 0) : undefined;
	return integerFrom(0, 20).accepts(most) ? (most as number) : undefined;
}
