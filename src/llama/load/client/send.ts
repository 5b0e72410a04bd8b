import { type HttpResponse, request, type Target } from "../../engine/http/client.ts";
import { readEvents } from "../../engine/http/events.ts";
import { BrokenResponse } from "../../engine/http/retry.ts";
import { reasonOf } from "../../errors.ts";
import type { LoadRequest } from "../workload/workload.ts";
import { Answer } from "./answer.ts";
import { LoadFailure } from "./failure.ts";

/** How to send a request. */
export interface SendOptions {
	readonly stream: boolean;
	/** Most milliseconds until its end. */
	readonly timeoutMs: number | undefined;
	/** Ends it, with the signal's reason. */
	readonly signal: AbortSignal;
	/** Called when a piece of one of its texts has come. */
	readonly onPiece: (choice: number) => void;
}

/**
 * Sends a request and reads its answer to the end.
 *
 * @throws {StatusError} the server refuses it; {LoadFailure}, or Node's own errors of connections.
 */
export async function send(
	target: Target,
	{ path, body }: LoadRequest,
	{ stream, timeoutMs, signal, onPiece }: SendOptions,
): Promise<Answer> {
	const isStream = stream && path !== "/v1/embeddings";
	const json = isStream ? { ...body, stream: true, stream_options: { include_usage: true } } : body;
	signal.throwIfAborted();
	// A timer of its own, since AbortSignal.timeout() would last longer than the request.
	const ended = new AbortController();
	const stop = () => ended.abort(signal.reason);
	signal.addEventListener("abort", stop, { once: true });
	const timer = timeoutMs === undefined ? undefined : setTimeout(() => ended.abort(), timeoutMs);
	const answer = new Answer();
	let response: HttpResponse | undefined;
	try {
		response = await request(target, path, { json, signal: ended.signal });
		for await (const event of readEvents(response)) {
			for (const choice of answer.take(event, performance.now())) onPiece(choice);
		}
	} catch (error) {
		// Nobody reads on, and the connection cannot be used again.
		response?.body.destroy();
		signal.throwIfAborted();
		if (ended.signal.aborted) {
			throw new LoadFailure("timeout", `no whole answer within ${(timeoutMs ?? 0) / 1000} s`);
		}
		if (response === undefined || error instanceof LoadFailure || error instanceof BrokenResponse)
			throw error;
		throw new LoadFailure("broken_stream", `broken stream: ${reasonOf(error)}`);
	} finally {
		clearTimeout(timer);
		signal.removeEventListener("abort", stop);
	}
	answer.finish();
	return answer;
}
