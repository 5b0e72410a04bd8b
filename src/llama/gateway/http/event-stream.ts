import type { ServerResponse } from "node:http";

/** An answer that is a stream of events. After its end, and once the client has left, nothing does anything. */
export interface EventStream {
	/** Whether the head is on its way: the answer's status is 200 for good. */
	readonly begun: boolean;
	/** Sends an event, or several at once. No text may have a line break. */
	send(data: string | readonly string[]): void;
	/** Sends events that are written out already, each with the empty line at its end; of none, nothing. */
	write(events: string): void;
	/** Sends what clients pass over, such as a sign of life. */
	comment(text: string): void;
	end(): void;
}

const HEADERS = {
	"content-type": "text/event-stream; charset=utf-8",
	"cache-control": "no-cache",
	// For nginx, which would else hold events back.
	"x-accel-buffering": "no",
};

/** An EventStream over HTTP: one write for each call. */
export class HttpEventStream implements EventStream {
	readonly #response: ServerResponse;
	/** Whether the body goes in chunks that say how long they are; for clients of HTTP/1.0 the connection's end does. */
	#chunked = false;
	#begun = false;
	#ended = false;
	/** Bytes of the body so far. */
	bytes = 0;
	/** Writes so far. */
	writes = 0;

	constructor(response: ServerResponse) {
		this.#response = response;
	}

	get begun(): boolean {
		return this.#begun;
	}

	/** Whether it has begun, and not ended. */
	get open(): boolean {
		return this.#begun && !this.#ended;
	}

	send(data: string | readonly string[]): void {
		if (typeof data === "string") this.#write(`data: ${data}\n\n`);
		else if (data.length > 0) this.#write(`data: ${data.join("\n\ndata: ")}\n\n`);
	}

	write(events: string): void {
		// A chunk of no length would be the answer's end.
		if (events !== "") this.#write(events);
	}

	comment(text: string): void {
		this.#write(`:${text}\n\n`);
	}

	end(): void {
		if (this.#ended) return;
		this.#begin();
		this.#ended = true;
		this.#response.end(this.#chunked ? "0\r\n\r\n" : "");
	}

	/** The chunks are made here: Node makes four writes of each, which costs a seventh more of all that a send costs. */
	#write(text: string): void {
		const response = this.#response;
		if (this.#ended || response.destroyed) return;
		if (!this.#begun) this.#begin();
		const bytes = Buffer.byteLength(text);
		this.bytes += bytes;
		this.writes += 1;
		// Most texts are ASCII, and that is written faster.
		const encoding = bytes === text.length ? "latin1" : "utf8";
		response.write(this.#chunked ? `${bytes.toString(16)}\r\n${text}\r\n` : text, encoding);
	}

	#begin(): void {
		if (this.#begun) return;
		this.#begun = true;
		const response = this.#response;
		response.writeHead(200, HEADERS);
		this.#chunked = response.chunkedEncoding;
		response.chunkedEncoding = false;
	}
}
