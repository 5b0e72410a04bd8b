import type { IncomingMessage, ServerResponse } from "node:http";
import type { HttpEventStream } from "./event-stream.ts";
import type { Times } from "./options.ts";

/** What a look at an exchange finds. */
export type Finding = "fine" | "slow" | "stuck" | "behind";

/** What is looked at. */
export interface Watched {
	readonly request: IncomingMessage;
	readonly response: ServerResponse;
	readonly begunStream: HttpEventStream | undefined;
	/** Bytes of the answer's body so far. */
	readonly bytes: number;
}

/** Looks after one exchange: at a body that does not come, a client that does not take, a stream that is silent. */
export class Watch {
	readonly #times: Times;
	readonly #unreadLimit: number;
	readonly #readBefore: number;
	/** How long the client has had for its body. */
	#bodyMs = 0;
	#lookedMs: number;
	/** Bytes that the client's side has taken, but for a constant, and when there were last more. */
	#taken = 0;
	#tookMs: number;
	#queued = 0;
	/** Writes to the stream, and when there were last more. */
	#writes = 0;
	#wroteMs: number;
	#probes = 0;
	#nextProbeMs = 0;

	constructor(request: IncomingMessage, beganMs: number, times: Times, unreadLimit: number) {
		this.#times = times;
		this.#unreadLimit = unreadLimit;
		this.#lookedMs = beganMs;
		this.#tookMs = beganMs;
		this.#wroteMs = beganMs;
		this.#readBefore = request.socket.bytesRead;
	}

	/** Does what is due now, and tells whether it can go on. */
	look(watched: Watched, nowMs: number): Finding {
		const { request, response, begunStream: stream } = watched;
		if (this.#isSlow(request, nowMs)) return "slow";
		if (response.writableFinished) return "fine";
		const unread = response.writableLength;
		if (stream !== undefined && unread > this.#unreadLimit) return "behind";
		if (this.#isStuck(watched, unread, nowMs)) return "stuck";
		if (stream?.open) this.#ping(stream, nowMs);
		this.#probe(watched, nowMs);
		return "fine";
	}

	/** Only the time counts in which it is the client's turn, and not the reader's. */
	#isSlow(request: IncomingMessage, nowMs: number): boolean {
		const sinceMs = nowMs - this.#lookedMs;
		this.#lookedMs = nowMs;
		if (request.complete || request.destroyed) return false;
		if (request.readableLength < request.readableHighWaterMark) this.#bodyMs += sinceMs;
		const secondsMore = (request.socket.bytesRead - this.#readBefore) / 65_536;
		return this.#bodyMs > this.#times.body + 1000 * secondsMore;
	}

	#isStuck({ response, bytes }: Watched, unread: number, nowMs: number): boolean {
		const taken = bytes - unread;
		const queued = queuedBelow(response);
		// Without a socket it waits for the answer to an earlier request of its connection.
		const moves = unread === 0 || taken > this.#taken || queued !== this.#queued || response.socket === null;
		if (moves) this.#tookMs = nowMs;
		this.#taken = taken;
		this.#queued = queued;
		return nowMs - this.#tookMs > this.#times.stuck;
	}

	#ping(stream: HttpEventStream, nowMs: number): void {
		if (stream.writes !== this.#writes) this.#wroteMs = nowMs;
		else if (nowMs - this.#wroteMs >= this.#times.ping) {
			stream.comment(" ping");
			this.#wroteMs = nowMs;
		}
		this.#writes = stream.writes;
	}

	/**
	 * A client that has closed its side may wait for the answer, or be gone altogether. Only a write tells: the first makes
	 * a client that is gone refuse it, and the second meets the refusal.
	 */
	#probe({ request, response, begunStream }: Watched, nowMs: number): void {
		if (!request.socket.readableEnded || response.writableEnded || nowMs < this.#nextProbeMs) return;
		this.#probes += 1;
		this.#nextProbeMs = this.#probes < 2 ? nowMs : nowMs + this.#times.ping;
		if (begunStream?.open) begunStream.comment(" ping");
		// Every client of HTTP/1.1 passes over this, as often as it comes.
		else if (!response.headersSent && request.httpVersionMinor > 0) response.writeContinue();
	}
}

/**
 * Bytes of the one write that the system has not taken yet. Node tells of a write once all of it is taken, which may be a
 * whole answer; it looks here itself for its own time-outs, and has no public name for it.
 */
function queuedBelow({ socket }: ServerResponse): number {
	const { _handle: handle } = (socket ?? {}) as { _handle?: { writeQueueSize?: number } | null };
	return handle?.writeQueueSize ?? 0;
}
