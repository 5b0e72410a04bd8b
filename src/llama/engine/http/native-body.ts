import type { CheckedRequest } from "../request.ts";
import type { TokenLogprob } from "../sampling.ts";

/** A bias that means "never", as `false` does for llama.cpp. */
const NEVER = -100;

/** Everything that a server might otherwise do to a text by defaults of its own or of the model file. */
const NOTHING_ELSE = {
	typical_p: 1,
	dry_multiplier: 0,
	xtc_probability: 0,
	mirostat: 0,
	cache_prompt: true,
	// Without a selection the last event repeats the prompt and all options.
	response_fields: [
		"content",
		"stop",
		"stop_type",
		"tokens_predicted",
		"tokens_evaluated",
		"timings",
		"tokens",
	],
};

/** The fields of `/completion` that say how tokens are chosen. With a body, what it leaves open is the server's to say. */
export function nativeBody({ temperature, seed, sampling, logprobs, body }: CheckedRequest) {
	const { topK, topP, minP, repeatPenalty, presencePenalty, frequencyPenalty } = sampling;
	const { logitBias, grammar, ignoreEos, stopTokens } = sampling;
	const open = body !== undefined;
	const unless = <T>(value: T | undefined, fallback: T) => value ?? (open ? undefined : fallback);
	return {
		...(open ? { cache_prompt: true } : NOTHING_ELSE),
		...{
			temperature,
			seed,
			top_k: topK === undefined ? undefined : Math.max(0, topK),
			top_p: topP,
			min_p: minP,
		},
		repeat_last_n: unless(undefined, 64),
		repeat_penalty: unless(repeatPenalty, 1),
		presence_penalty: unless(presencePenalty, 0),
		frequency_penalty: unless(frequencyPenalty, 0),
		...(logitBias === undefined ? {} : { logit_bias: biases(logitBias) }),
		...(grammar === undefined ? {} : { grammar }),
		...(ignoreEos === undefined ? {} : { ignore_eos: ignoreEos }),
		// Of none it would tell none, not even the one that came.
		...(logprobs === undefined ? {} : { n_probs: Math.max(1, logprobs) }),
		...(stopTokens === undefined ? {} : { return_tokens: true }),
	};
}

function biases(logitBias: Readonly<Record<string, number>>): (readonly [number, number | false])[] {
	return Object.entries(logitBias).map(([id, bias]) => [Number(id), bias <= NEVER ? false : bias]);
}

/** What llama.cpp tells of a token's probability. */
export interface NativeChance {
	readonly token: string;
	readonly bytes?: readonly number[];
	readonly logprob: number;
	readonly top_logprobs?: readonly NativeChance[];
}

/** The same in our form, with as many others as were asked for. */
export function tokenLogprobs(chances: readonly NativeChance[], top: number): TokenLogprob[] {
	return chances.map((chance) => ({
		...chanceOf(chance),
		top: (chance.top_logprobs ?? []).slice(0, top).map(chanceOf),
	}));
}

function chanceOf({ token, bytes = [...Buffer.from(token)], logprob }: NativeChance) {
	return { token, logprob, bytes };
}
