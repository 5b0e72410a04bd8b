import type { Piece } from "../../dispatch/messages.ts";
import type { Answer } from "../../openai/answer.ts";
import type { Failure } from "../../openai/failure.ts";

/** How the pieces of an answer are written as events, ready to be sent. An empty text has nothing to send. */
export interface StreamForm {
	/** What has been generated since the piece before. */
	piece(piece: Piece): string;
	/** The end of a whole answer, before it what no piece has had. */
	finish(answer: Answer): string;
	/** The end of an answer that is not whole: no client may take it for one. */
	error(failure: Failure): string;
}
