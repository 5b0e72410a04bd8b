import type { Piece } from "../../dispatch/messages.ts";
import { type Failure, statusOf } from "../../openai/failure.ts";
import type { CallEnd } from "../core/call.ts";
import { type AnswerFacts, answerBody } from "../forms/answer-body.ts";
import { streamForm } from "../forms/stream/stream-form.ts";
import type { EventStream } from "../http/event-stream.ts";
import type { Exchange } from "../http/exchange.ts";
import { failed } from "./failed.ts";
import type { Patience } from "./patience.ts";
import { LOADING_SECONDS } from "./serving.ts";

/** How a call's answer goes to its client. */
export interface Answering {
	/** Undefined where the answer goes whole. */
	readonly onPiece?: (piece: Piece) => void;
	end(end: CallEnd): undefined;
}

/** An answer that goes whole. */
export function wholeAnswer(exchange: Exchange, facts: AnswerFacts): Answering {
	return {
		end: ({ answer, failure, ...rest }) => {
			if (answer !== undefined) exchange.reply(200, answerBody(answer, facts));
			else fail(exchange, failure, "retryAfterMs" in rest ? rest.retryAfterMs : undefined);
		},
	};
}

/** An answer that goes in pieces. What fails before the first has a status; later it is an event, and never a clean end. */
export class StreamedAnswer implements Answering {
	readonly #exchange: Exchange;
	readonly #form: ReturnType<typeof streamForm>;
	readonly #stopWaiting: () => void;
	#stream: EventStream | undefined;

	constructor(
		exchange: Exchange,
		facts: AnswerFacts & { readonly includeUsage: boolean },
		patience: Patience,
	) {
		this.#exchange = exchange;
		this.#form = streamForm(facts);
		this.#stopWaiting = patience.add(() => this.#begin().comment(" waiting"));
	}

	readonly onPiece = (piece: Piece): void => {
		if (this.#exchange.gone) return;
		const events = this.#form.piece(piece);
		if (events !== "") (this.#stream ?? this.#begin()).write(events);
	};

	end(end: CallEnd): undefined {
		this.#stopWaiting();
		if (this.#exchange.gone) return;
		if (end.answer !== undefined) {
			const stream = this.#begin();
			stream.write(this.#form.finish(end.answer));
			stream.end();
		} else if (this.#stream === undefined) {
			fail(this.#exchange, end.failure, end.retryAfterMs);
		} else {
			this.#stream.write(this.#form.error(end.failure));
			this.#stream.end();
		}
	}

	#begin(): EventStream {
		this.#stopWaiting();
		this.#stream ??= this.#exchange.stream();
		return this.#stream;
	}
}

function fail(exchange: Exchange, failure: Failure, retryAfterMs: number | undefined): void {
	if (exchange.gone) return;
	const headers: Record<string, string> = {};
	const status = statusOf(failure.code);
	// Where no engine is there another one starts.
	const waitMs = retryAfterMs ?? (status === 503 ? LOADING_SECONDS * 1000 : undefined);
	if (waitMs !== undefined && status !== 504) {
		// Both clients look at the milliseconds first.
		headers["retry-after-ms"] = `${Math.max(1, Math.ceil(waitMs))}`;
		headers["retry-after"] = `${Math.max(1, Math.ceil(waitMs / 1000))}`;
	}
	if (status === 504) headers["x-should-retry"] = "false";
	exchange.fail(failed(failure, headers));
}
