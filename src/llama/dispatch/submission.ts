import type { Answer } from "../openai/answer.ts";
import type { Failure } from "../openai/failure.ts";
import type { Piece } from "./messages.ts";
import type { Request } from "./request.ts";

/** How a request ended. */
export type RequestEnd =
	| { readonly rank: number; readonly answer: Answer; readonly failure?: undefined }
	/** `rank` is null where no rank ran it. */
	| { readonly rank: number | null; readonly answer?: undefined; readonly failure: Failure };

/** What a request that is submitted asks for. */
export interface SubmitOptions {
	/**
	 * Called exactly once. While a promise that it gave is pending, no more requests are handed out: so whoever writes
	 * answers down keeps engines from running far ahead of a slow disk.
	 */
	readonly onEnd: (end: RequestEnd) => Promise<void> | undefined;
	/**
	 * Called with each piece of the answer as it is generated; without it no pieces travel. A request whose engine or rank dies
	 * after its first piece ends as a failure of code "interrupted": run again, its text might go on otherwise.
	 */
	readonly onPiece?: ((piece: Piece) => void) | undefined;
	/** Called when a rank is given the request; again if it is given to another. */
	readonly onAssigned?: ((rank: number) => void) | undefined;
	/** An abort cancels the request. */
	readonly signal?: AbortSignal | undefined;
	/** When it was due, on this process's `performance.now()`: its latency counts from there. @default when it starts */
	readonly dueMs?: number | undefined;
}

/** A request that has not ended. */
export interface Submission {
	readonly request: Request;
	readonly options: SubmitOptions;
	/** Listens to the request's signal. */
	readonly abort: () => void;
	/** The rank that has it, or had it last. */
	rank: number | undefined;
}

/** What submissions tell of themselves. */
export interface SubmissionsOptions {
	/** Hears what `onEnd` and `onPiece` throw. */
	readonly onError: (error: unknown) => void;
	/** The last promise of an `onEnd` is pending no more. */
	readonly onRelease: () => void;
}

/** The requests that have not ended, and what whoever submitted them is told. */
export class Submissions {
	readonly #options: SubmissionsOptions;
	readonly #open = new Map<number, Submission>();
	/** Those of which pieces have been passed on. */
	readonly #begun = new Set<Submission>();
	/** Promises of `onEnd` that are pending. */
	#held = 0;

	constructor(options: SubmissionsOptions) {
		this.#options = options;
	}

	/** Whether somebody who was told of an end has asked to wait. */
	get held(): boolean {
		return this.#held > 0;
	}

	/** The ids of all that have not ended. */
	get ids(): readonly number[] {
		return [...this.#open.keys()];
	}

	get(id: number): Submission | undefined {
		return this.#open.get(id);
	}

	add(submission: Submission): void {
		this.#open.set(submission.request.id, submission);
		submission.options.signal?.addEventListener("abort", submission.abort);
	}

	/** Those of which a rank has passed on pieces. */
	begunOn(rank: number): Submission[] {
		return [...this.#begun].filter((submission) => submission.rank === rank);
	}

	/** Passes on a piece of text, unless the request has ended or is another rank's by now. */
	pass(piece: Piece, rank: number): void {
		const submission = this.#open.get(piece[0]);
		if (submission?.rank !== rank) return;
		this.#begun.add(submission);
		try {
			submission.options.onPiece?.(piece);
		} catch (error) {
			this.#options.onError(error);
		}
	}

	/** Takes a request off, which is to be told of its end by `tell`. */
	forget(submission: Submission): void {
		this.#open.delete(submission.request.id);
		this.#begun.delete(submission);
		submission.options.signal?.removeEventListener("abort", submission.abort);
	}

	/** Ends a request, unless it has ended: it may have been cancelled meanwhile. */
	end(id: number, end: RequestEnd): void {
		const submission = this.#open.get(id);
		if (submission === undefined) return;
		this.forget(submission);
		this.tell(submission, end);
	}

	tell({ options }: Submission, end: RequestEnd): void {
		const { onError, onRelease } = this.#options;
		try {
			const pending = options.onEnd(end);
			if (pending === undefined) return;
			this.#held += 1;
			void pending.catch(onError).then(() => {
				this.#held -= 1;
				if (this.#held === 0) onRelease();
			});
		} catch (error) {
			onError(error);
		}
	}
}
