import type { IncomingHttpHeaders, OutgoingHttpHeaders } from "node:http";
import type { Readable } from "node:stream";
import type { EventStream } from "./event-stream.ts";
import type { HttpError } from "./http-error.ts";

/** One request, and its answer. */
export interface Exchange {
	/** What the answer has as `x-request-id`: the client's if that is short and printable, else one of our own. */
	readonly id: string;
	readonly method: string;
	/** The path of the route, such as "/v1/models/:id"; "other" where no route has the request's path. */
	readonly route: string;
	/** The path of the request, without its query. */
	readonly path: string;
	/** What follows the path after a question mark. Most routes do not look at it. */
	readonly query: URLSearchParams;
	/** What stands in the path for the route's names, with its escapes resolved. */
	readonly params: Readonly<Record<string, string>>;
	readonly headers: IncomingHttpHeaders;
	/** The address that the request came from. */
	readonly client: string;
	/** "1.1" or "1.0". */
	readonly httpVersion: string;
	/** When the request's head had come, on the server's clock. */
	readonly arrivedMs: number;
	/** Whether the client has left before the answer was whole. Nothing that is sent from then on does anything. */
	readonly gone: boolean;
	/** Calls the listener once the client has left, at once if it has. */
	onGone(listener: () => void): void;
	/**
	 * The body as one JSON object, whatever its content-type.
	 *
	 * @throws {HttpError} 400: it is none; 413: it is too large.
	 */
	json(): Promise<Readonly<Record<string, unknown>>>;
	/** The body as it comes, to be read once. Fails with an HttpError (413) where it is larger than the route allows. */
	body(): Readable;
	/** A header of the answer to come. */
	setHeader(name: string, value: string): void;
	/** The answer: an object as JSON, a text as it is (text/plain unless the headers have another content-type). */
	reply(status: number, body: object | string, headers?: OutgoingHttpHeaders): void;
	/**
	 * An answer that is read bit by bit, such as a file. Resolves once all is handed over, or the client gone. What the
	 * source throws before anything came of it can still be answered otherwise.
	 */
	pipe(status: number, source: AsyncIterable<Uint8Array>, headers?: OutgoingHttpHeaders): Promise<void>;
	/** The error is the answer, or the last event of the stream that has begun. */
	fail(error: HttpError): void;
	/** The answer as a stream of events. There is one, however often it is asked for. */
	stream(): EventStream;
}

/** Why an answer was not sent as a whole. */
export type Broken =
	/** The client has left. */
	| "left"
	/** The client held more unread than the server keeps for it. */
	| "behind"
	/** The client took nothing for too long. */
	| "stuck"
	/** The request's body came too slowly, after the answer had begun. */
	| "slow"
	/** What the answer is read from failed, or the server was closed. */
	| "cut";

/** What came of an exchange. */
export interface Finish {
	/** The answer's status; 499 where the client left before there was any. */
	readonly status: number;
	/** Bytes of the answer's body. */
	readonly bytes: number;
	/** From the request's head to the answer's end. */
	readonly durationMs: number;
	/** Why the answer is not whole; absent if it is. */
	readonly broken?: Broken;
}
