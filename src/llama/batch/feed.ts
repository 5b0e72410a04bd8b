import { setTimeout as delay, setImmediate as nextTurn } from "node:timers/promises";
import type { RequestEnd, SubmitOptions } from "../dispatch/submission.ts";
import type { Failure } from "../openai/failure.ts";
import { type BadLine, type BatchRequest, isRequest } from "./files/request.ts";
import { type BatchWatch, watchedOptions } from "./watch.ts";

/** Requests that are read ahead of those that run: what policies and priorities can choose from. */
const WINDOW = 4096;
/** The same in tokens of the prompts, estimated (16 MiB of text): long prompts fill the window sooner. */
const WINDOW_TOKENS = 4 << 20;

/** A source that never waits for a disk lets signals and answers in so often. */
const TURN_MS = 20;

/** The time that a feed goes by, in milliseconds. */
export interface Clock {
	readonly now: () => number;
	/** Resolves once it is so late, or the signal is aborted. */
	readonly until: (timeMs: number, signal?: AbortSignal) => Promise<void>;
}

/** This process's `performance.now()`. */
export const CLOCK: Clock = {
	now: () => performance.now(),
	until: async (timeMs, signal) => {
		// A timer may go off a little before its time.
		for (let left = timeMs - performance.now(); left > 0; left = timeMs - performance.now()) {
			if (signal?.aborted) return;
			await delay(left, undefined, signal === undefined ? {} : { signal }).catch(() => {});
		}
	},
};

/** What a feed does with its requests. */
export interface FeedOptions {
	/** Called once for each request. While a promise that it gave is pending, nothing more is handed out. */
	readonly onEnd: (request: BatchRequest, end: RequestEnd) => Promise<void> | undefined;
	/** Called once for each line that is no request. While a promise that it gave is pending, nothing more is read. */
	readonly onBadLine: (line: BadLine) => Promise<void> | undefined;
	/** Why a request cannot be run at all: it ends so, without having been submitted. */
	readonly refusal?: (request: BatchRequest) => Failure | undefined;
	/** Called with each piece of text as it is generated; without it no pieces travel. */
	readonly onPiece?: ((request: BatchRequest, text: string) => void) | undefined;
	/** Hears of requests that wait, and of who is given them. */
	readonly watch?: BatchWatch | undefined;
	/** The open loop: when the next request is due, in milliseconds from the start. Without it: as soon as there is room. */
	readonly nextArrival?: (() => number) | undefined;
	/** An abort cancels what has been submitted and reads no more. */
	readonly signal?: AbortSignal | undefined;
	/** @default CLOCK */
	readonly clock?: Clock;
}

/** What runs the requests; see `Dispatcher`. */
interface FeedDispatcher {
	readonly queued: number;
	submit(request: BatchRequest, options: SubmitOptions): void;
	cancel(id: number): boolean;
	handedOut(): Promise<void>;
	inputEnded(): void;
}

/** Submits the requests of a file: no more than a window of them waits, and in an open loop none before its time. */
export class Feed {
	readonly #dispatcher: FeedDispatcher;
	readonly #options: FeedOptions;
	readonly #clock: Clock;
	readonly #done: Promise<void>;
	#resolve: () => void = () => {};
	#reject: (reason: unknown) => void = () => {};
	/** Submitted and not ended. */
	readonly #open = new Set<number>();
	/** Tokens of those prompts, estimated. */
	#tokens = 0;
	#read = false;
	/** Reads no more: it failed, or was aborted. */
	#stopped = false;

	constructor(dispatcher: FeedDispatcher, options: FeedOptions) {
		this.#dispatcher = dispatcher;
		this.#options = options;
		this.#clock = options.clock ?? CLOCK;
		this.#done = new Promise((resolve, reject) => {
			this.#resolve = resolve;
			this.#reject = reject;
		});
		// `run` tells of it, which may not have been called yet.
		this.#done.catch(() => {});
	}

	/** Resolves when every request has ended. Rejects if the source cannot be read or an end not be told. */
	async run(source: AsyncIterable<readonly (BatchRequest | BadLine)[]>): Promise<void> {
		const { signal } = this.#options;
		const abort = () => this.#abort();
		signal?.addEventListener("abort", abort);
		if (signal?.aborted) abort();
		this.#submitAll(source).catch((error: unknown) => this.fail(error));
		try {
			await this.#done;
		} finally {
			signal?.removeEventListener("abort", abort);
		}
	}

	/** Something is wrong that ends it all: `run` rejects with this, and what has been submitted is cancelled. */
	fail(error: unknown): void {
		this.#stopped = true;
		this.#reject(error);
		for (const id of this.#open) this.#dispatcher.cancel(id);
	}

	async #submitAll(source: AsyncIterable<readonly (BatchRequest | BadLine)[]>): Promise<void> {
		const { nextArrival, onBadLine, onEnd, refusal } = this.#options;
		const start = this.#clock.now();
		let turned = start;
		for await (const portion of source) {
			if (this.#clock.now() - turned > TURN_MS) {
				await nextTurn();
				turned = this.#clock.now();
			}
			for (const request of portion) {
				if (this.#stopped) break;
				if (!isRequest(request)) {
					await onBadLine(request);
					continue;
				}
				const failure = refusal?.(request);
				if (failure !== undefined) {
					await onEnd(request, { rank: null, failure });
					continue;
				}
				while (this.#full) await this.#dispatcher.handedOut();
				const due = nextArrival === undefined ? undefined : start + nextArrival();
				if (due !== undefined) await this.#clock.until(due, this.#options.signal);
				if (!this.#stopped) this.#submit(request, due);
			}
			if (this.#stopped) break;
		}
		this.#read = true;
		if (nextArrival === undefined) this.#dispatcher.inputEnded();
		this.#checkDone();
	}

	get #full(): boolean {
		if (this.#stopped) return false;
		const { queued } = this.#dispatcher;
		return queued >= WINDOW || (queued > 0 && this.#tokens >= WINDOW_TOKENS);
	}

	#submit(request: BatchRequest, dueMs: number | undefined): void {
		const { onPiece, watch } = this.#options;
		this.#open.add(request.id);
		this.#tokens += request.promptTokens;
		const options: SubmitOptions = {
			dueMs,
			onEnd: (end) => this.#ended(request, end),
			...(onPiece === undefined ? {} : { onPiece: ([, text]) => text !== "" && onPiece(request, text) }),
		};
		this.#dispatcher.submit(request, watchedOptions(request, options, watch));
	}

	#ended(request: BatchRequest, end: RequestEnd): Promise<void> | undefined {
		this.#open.delete(request.id);
		this.#tokens -= request.promptTokens;
		try {
			// What was cancelled has no end that anybody should read: a later run does it.
			const cancelled = this.#stopped && end.failure?.code === "cancelled";
			if (cancelled) return undefined;
			return this.#options.onEnd(request, end);
		} catch (error) {
			this.fail(error);
			return undefined;
		} finally {
			this.#checkDone();
		}
	}

	#abort(): void {
		this.#stopped = true;
		for (const id of this.#open) this.#dispatcher.cancel(id);
		this.#checkDone();
	}

	#checkDone(): void {
		if ((this.#read || this.#stopped) && this.#open.size === 0) this.#resolve();
	}
}
