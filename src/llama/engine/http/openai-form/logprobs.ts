import type { TokenChance, TokenLogprob } from "../../sampling.ts";

/** How likely a token was, as chats tell it. */
interface ToldChance {
	readonly token: string;
	readonly logprob: number | null;
	readonly bytes?: readonly number[] | null;
}

/** The two forms that OpenAI has made common: that of chats, and that of plain completions. */
export interface ToldLogprobs {
	readonly content?:
		| readonly (ToldChance & { readonly top_logprobs?: readonly ToldChance[] | null })[]
		| null;
	readonly tokens?: readonly string[];
	readonly token_logprobs?: readonly (number | null)[];
	readonly top_logprobs?: readonly (Readonly<Record<string, number>> | null)[] | null;
}

/** What servers write for a probability that is too small for a number. */
const LEAST = -9999;

/** The tokens of a piece of text and how likely they were. */
export function logprobsOf(told: ToldLogprobs): TokenLogprob[] {
	if (Array.isArray(told.content)) {
		return told.content.map((token) => ({
			...chance(token),
			top: (token.top_logprobs ?? []).map(chance),
		}));
	}
	return (told.tokens ?? []).map((token, place) => ({
		...chance({ token, logprob: told.token_logprobs?.[place] ?? null }),
		top: Object.entries(told.top_logprobs?.[place] ?? {})
			.map(([other, logprob]) => chance({ token: other, logprob }))
			.sort((a, b) => b.logprob - a.logprob),
	}));
}

function chance({ token, logprob, bytes }: ToldChance): TokenChance {
	return { token, logprob: logprob ?? LEAST, bytes: bytes ?? [...Buffer.from(token)] };
}
