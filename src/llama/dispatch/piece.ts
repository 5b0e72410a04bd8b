import type { ReasoningEvent, TokenEvent } from "../engine/engine.ts";
import type { Piece } from "./messages.ts";

/** An event of an engine that a client may see at once. */
export type PieceEvent = TokenEvent | ReasoningEvent;

/** An event as it travels: what most pieces do not have takes no room. */
export function pieceOf(id: number, event: PieceEvent, choice: number): Piece {
	const which = choice === 0 ? undefined : choice;
	if (event.type === "reasoning") return [id, "", null, { ...choiceOf(which), reasoning: event.reasoning }];
	const { text, tokens, logprobs } = event;
	if (which !== undefined || logprobs !== undefined) {
		const said = logprobs === undefined ? {} : { logprobs };
		return [id, text, tokens ?? null, { ...choiceOf(which), ...said }];
	}
	return tokens === undefined ? [id, text] : [id, text, tokens];
}

function choiceOf(choice: number | undefined): { readonly choice?: number } {
	return choice === undefined ? {} : { choice };
}
