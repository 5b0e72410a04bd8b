/** How likely the tokens were, in OpenAI's two forms. */

import type { TokenChance, TokenLogprob } from "../../engine/sampling.ts";

/** Of a message of a chat. */
export function chatLogprobs(tokens: readonly TokenLogprob[]) {
	return {
		content: tokens.map(({ top, ...token }) => ({ ...chance(token), top_logprobs: top.map(chance) })),
		refusal: null,
	};
}

/** Of an `output_text` of a response. */
export function outputLogprobs(tokens: readonly TokenLogprob[]) {
	return tokens.map(({ top, ...token }) => ({ ...chance(token), top_logprobs: top.map(chance) }));
}

/** Of a text of a completion: four lists, of which each has an item for each token; the first begins at an offset. */
export function textLogprobs(tokens: readonly TokenLogprob[], start = 0) {
	let offset = start;
	return {
		tokens: tokens.map(({ token }) => token),
		token_logprobs: tokens.map(({ logprob }) => logprob),
		top_logprobs: tokens.map(({ top }) =>
			Object.fromEntries(top.map(({ token, logprob }) => [token, logprob])),
		),
		text_offset: tokens.map(({ token }) => {
			const begin = offset;
			offset += token.length;
			return begin;
		}),
	};
}

function chance({ token, logprob, bytes }: TokenChance) {
	return { token, logprob, bytes };
}
