import { type ClientRequest, type IncomingMessage, request as requestHttp } from "node:http";
import { request as requestHttps } from "node:https";
import { text } from "node:stream/consumers";
import { bytesHeard, keptConnections } from "./connections.ts";
import type { Target } from "./target.ts";

export type { Target } from "./target.ts";

/** A response of which the status and the headers have come; its body is still to be read. */
export interface HttpResponse {
	readonly status: number;
	readonly headers: IncomingMessage["headers"];
	readonly body: IncomingMessage;
}

/** The server answered, and not with success. */
export class StatusError extends Error {
	readonly status: number;
	readonly headers: IncomingMessage["headers"];
	/** The body, as JSON if it is. */
	readonly body: unknown;
	/** What the body says went wrong; empty if it says nothing. */
	readonly reason: string;

	constructor(status: number, headers: IncomingMessage["headers"], body: string) {
		const reason = messageOf(body);
		super(`status ${status}${body === "" ? "" : `: ${reason}`}`);
		this.reason = reason;
		this.status = status;
		this.headers = headers;
		this.body = parse(body);
	}

	override get name(): string {
		return this.constructor.name;
	}
}

/** What a request is about. */
export interface RequestOptions {
	readonly json?: unknown;
	/** Besides those that every request has, which they cannot change. */
	readonly headers?: Readonly<Record<string, string>> | undefined;
	readonly signal?: AbortSignal | undefined;
}

/**
 * Sends a request, and resolves with the head of its answer. JSON is posted; without it the request is a GET.
 *
 * @throws {StatusError} the answer is not a success; the signal's reason; Node's own errors of connections.
 */
export async function request(
	target: Target,
	path: string,
	{ json, headers = {}, signal }: RequestOptions = {},
): Promise<HttpResponse> {
	signal?.throwIfAborted();
	const body = json === undefined ? undefined : Buffer.from(JSON.stringify(json));
	const answer = await head(() => send(target, path, body, headers), signal);
	const status = answer.statusCode ?? 0;
	if (status >= 200 && status < 300) return { status, headers: answer.headers, body: answer };
	throw new StatusError(status, answer.headers, await text(answer));
}

/** Sends a request and reads its answer as JSON. */
export async function requestJson(
	target: Target,
	path: string,
	options: RequestOptions = {},
): Promise<unknown> {
	const { body } = await request(target, path, options);
	return parse(await text(body));
}

function send(
	target: Target,
	path: string,
	body: Buffer | undefined,
	headers: Readonly<Record<string, string>>,
): ClientRequest {
	const url = new URL(`${target.base}${path}`);
	const secure = url.protocol === "https:";
	const sent = (secure ? requestHttps : requestHttp)(url, {
		method: body === undefined ? "GET" : "POST",
		agent: target.keepAlive ? keptConnections(secure) : false,
		headers: {
			...headers,
			accept: "application/json, text/event-stream",
			...(target.keepAlive ? {} : { connection: "close" }),
			...(target.apiKey === undefined ? {} : { authorization: `Bearer ${target.apiKey}` }),
			...(body === undefined ? {} : { "content-type": "application/json", "content-length": body.length }),
			...target.headers,
		},
		...(target.socketPath === undefined ? {} : { socketPath: target.socketPath }),
	});
	sent.end(body);
	return sent;
}

/** The response's head. A request that meets a connection which the server has closed is sent again. */
async function head(send: () => ClientRequest, signal: AbortSignal | undefined): Promise<IncomingMessage> {
	for (;;) {
		const sent = send();
		const heard = bytesHeard(sent);
		try {
			return await response(sent, signal);
		} catch (error) {
			// Each kept connection is met once, and a new one is no reason to try again: so this ends.
			if (signal?.aborted || !sent.reusedSocket || heard() > 0) throw error;
		}
	}
}

/** An abort ends the connection at any time, also while the body is read. */
function response(sent: ClientRequest, signal: AbortSignal | undefined): Promise<IncomingMessage> {
	return new Promise((resolve, reject) => {
		const abort = () => sent.destroy(asError(signal?.reason));
		signal?.addEventListener("abort", abort, { once: true });
		sent.once("close", () => signal?.removeEventListener("abort", abort));
		sent.once("response", resolve);
		// After the response, errors reach whoever reads its body.
		sent.on("error", (error) => reject(signal?.aborted ? signal.reason : error));
	});
}

function asError(reason: unknown): Error {
	return reason instanceof Error ? reason : new Error(String(reason));
}

function parse(body: string): unknown {
	try {
		return JSON.parse(body);
	} catch {
		return body;
	}
}

/** What an error's body says: OpenAI's and llama.cpp's `error.message`, or its first line. */
function messageOf(body: string): string {
	const value = parse(body);
	if (typeof value === "object" && value !== null) {
		const { error, message, detail } = value as Record<string, unknown>;
		const inner =
			typeof error === "object" && error !== null ? (error as Record<string, unknown>).message : error;
		for (const text of [inner, message, detail]) if (typeof text === "string") return text;
	}
	return body.slice(0, 200).split("\n")[0] ?? "";
}
