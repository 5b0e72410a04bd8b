import type { IncomingHttpHeaders, IncomingMessage, OutgoingHttpHeaders, ServerResponse } from "node:http";
import { Readable } from "node:stream";
import { HttpEventStream } from "./event-stream.ts";
import type { Broken, Exchange, Finish } from "./exchange.ts";
import type { HttpError } from "./http-error.ts";
import { chunksOf, hasMoreLeft, readJson } from "./request-body.ts";

/** Bytes of a body that are rather read than the connection given up. */
const SMALL = 65_536;

/** What a server knows of an exchange when it begins. */
export interface ExchangeFacts {
	readonly id: string;
	readonly route: string;
	readonly path: string;
	readonly params: Readonly<Record<string, string>>;
	readonly arrivedMs: number;
	readonly bodyLimit: number;
	/** How long a client that is refused may go on sending. */
	readonly lingerMs: number;
	/** The client sends its body once it is told to. */
	readonly waitsToSend: boolean;
}

/** An Exchange over HTTP. */
export class HttpExchange implements Exchange {
	readonly id: string;
	readonly route: string;
	readonly path: string;
	readonly params: Readonly<Record<string, string>>;
	readonly arrivedMs: number;
	readonly client: string;
	readonly request: IncomingMessage;
	readonly response: ServerResponse;
	readonly #bodyLimit: number;
	readonly #lingerMs: number;
	#waitsToSend: boolean;
	#json: Promise<Readonly<Record<string, unknown>>> | undefined;
	#stream: HttpEventStream | undefined;
	#bytes = 0;
	#over = false;
	#gone = false;
	#goneListeners: (() => void)[] = [];
	#broken: Broken | undefined;

	constructor(request: IncomingMessage, response: ServerResponse, facts: ExchangeFacts) {
		this.request = request;
		this.response = response;
		this.id = facts.id;
		this.route = facts.route;
		this.path = facts.path;
		this.params = facts.params;
		this.arrivedMs = facts.arrivedMs;
		this.client = request.socket.remoteAddress ?? "";
		this.#bodyLimit = facts.bodyLimit;
		this.#lingerMs = facts.lingerMs;
		this.#waitsToSend = facts.waitsToSend;
		response.setHeader("x-request-id", facts.id);
	}

	get method(): string {
		return this.request.method ?? "";
	}

	get query(): URLSearchParams {
		return new URLSearchParams(/\?([^#]*)/.exec(this.request.url ?? "")?.[1]);
	}

	get httpVersion(): string {
		return this.request.httpVersion;
	}

	get headers(): IncomingHttpHeaders {
		return this.request.headers;
	}

	get gone(): boolean {
		return this.#gone;
	}

	/** The stream, if the answer is one. */
	get begunStream(): HttpEventStream | undefined {
		return this.#stream;
	}

	/** Bytes of the answer's body so far. */
	get bytes(): number {
		return this.#stream?.bytes ?? this.#bytes;
	}

	/** Whether it has been told that it is `closed`. */
	get over(): boolean {
		return this.#over;
	}

	onGone(listener: () => void): void {
		if (this.#gone) listener();
		else this.#goneListeners.push(listener);
	}

	json(): Promise<Readonly<Record<string, unknown>>> {
		this.#json ??= readJson(this.#chunks());
		return this.#json;
	}

	body(): Readable {
		return Readable.from(this.#chunks(), { objectMode: false });
	}

	setHeader(name: string, value: string): void {
		this.response.setHeader(name, value);
	}

	reply(status: number, body: object | string, headers: OutgoingHttpHeaders = {}): void {
		const isText = typeof body === "string";
		const type = isText ? "text/plain; charset=utf-8" : "application/json; charset=utf-8";
		const text = isText ? body : JSON.stringify(body);
		this.#answer(status, text, {
			"content-type": type,
			"content-length": Buffer.byteLength(text),
			...headers,
		});
	}

	/** An answer that is its head alone. */
	replyEmpty(status: number, headers: OutgoingHttpHeaders): void {
		this.#answer(status, "", headers);
	}

	async pipe(
		status: number,
		source: AsyncIterable<Uint8Array>,
		headers: OutgoingHttpHeaders = {},
	): Promise<void> {
		const { response } = this;
		try {
			for await (const chunk of source) {
				if (this.#gone) return;
				if (!response.headersSent) response.writeHead(status, headers);
				if (this.method === "HEAD") break;
				this.#bytes += chunk.length;
				if (!response.write(chunk)) await drained(response);
			}
		} catch (error) {
			// Half of it is no answer, and nothing but a broken connection says so.
			if (response.headersSent) this.drop("cut");
			throw error;
		}
		if (this.#gone) return;
		if (!response.headersSent) response.writeHead(status, headers);
		response.end();
	}

	fail(error: HttpError): void {
		const { response } = this;
		if (this.#stream?.open) {
			this.#stream.send(JSON.stringify(error.body));
			this.#stream.end();
		} else if (!response.headersSent) {
			this.reply(error.status, error.body, error.headers);
		}
	}

	stream(): HttpEventStream {
		if (this.#stream === undefined) {
			if (this.response.headersSent) throw new Error(`${this.route} has been answered already`);
			this.#stream = new HttpEventStream(this.response);
		}
		return this.#stream;
	}

	/** Ends the connection. */
	drop(broken: Broken): void {
		this.#broken ??= broken;
		this.request.socket.destroy();
	}

	/** The answer is whole, or will never be. */
	closed(nowMs: number): Finish {
		this.#over = true;
		const { statusCode, headersSent, writableFinished } = this.response;
		// A response whose connection was ended here may count as finished all the same.
		const broken = this.#broken ?? (writableFinished ? undefined : "left");
		if (broken !== undefined) this.#leave();
		return {
			status: headersSent ? statusCode : 499,
			bytes: this.bytes,
			durationMs: nowMs - this.arrivedMs,
			...(broken === undefined ? {} : { broken }),
		};
	}

	#leave(): void {
		this.#gone = true;
		const listeners = this.#goneListeners;
		this.#goneListeners = [];
		for (const listener of listeners) listener();
	}

	#chunks(): AsyncGenerator<Buffer> {
		if (this.#waitsToSend) this.response.writeContinue();
		this.#waitsToSend = false;
		return chunksOf(this.request, this.#bodyLimit);
	}

	#answer(status: number, text: string, headers: OutgoingHttpHeaders): void {
		const { request, response } = this;
		if (this.#gone) return;
		if (response.headersSent) throw new Error(`${this.route} has been answered already`);
		// What is left of a small body can be passed over, if the connection is to go on.
		const passed = headers.connection === "close" ? 0 : SMALL;
		const refuses = this.#waitsToSend || hasMoreLeft(request, passed);
		if (refuses) response.setHeader("connection", "close");
		response.writeHead(status, headers);
		if (this.method !== "HEAD") this.#bytes = Buffer.byteLength(text);
		if (!refuses) {
			response.end(text);
			return;
		}
		// A client that still sends meets a reset, and may lose the answer, if the connection is closed at once.
		response.write(text);
		const end = () => response.end();
		const timer = setTimeout(end, this.#lingerMs).unref();
		response.once("close", () => clearTimeout(timer));
		request.once("end", end).resume();
	}
}

/** Resolves once more can be written, or nothing any more. */
function drained(response: ServerResponse): Promise<void> {
	return new Promise((resolve) => {
		const done = () => {
			response.off("drain", done).off("close", done);
			resolve();
		};
		response.on("drain", done).on("close", done);
		if (response.destroyed) done();
	});
}
