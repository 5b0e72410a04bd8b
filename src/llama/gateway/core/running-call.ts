import type { Piece } from "../../dispatch/messages.ts";
import type { RequestEnd } from "../../dispatch/submission.ts";
import type { Answer } from "../../openai/answer.ts";
import type { Failure } from "../../openai/failure.ts";
import type { Task } from "../../openai/task.ts";
import type { Attempt, Call, CallEnd, CallFacts } from "./call.ts";
import { TextProgress } from "./progress.ts";

/** Engines that a call may see die, as with those that had no text yet. */
const MOST_DEATHS = 2;

/** A call that has not ended, and what has happened to it. */
export class RunningCall {
	readonly call: Call;
	/** By what the dispatcher knows it. */
	readonly id: number;
	readonly #now: () => number;
	readonly #progress: TextProgress;
	readonly #attempts: Attempt[] = [];
	#firstMs: number | undefined;
	#lastMs: number | undefined;
	#tokens = 0;
	#continued = 0;

	constructor(id: number, call: Call, now: () => number) {
		this.id = id;
		this.call = call;
		this.#now = now;
		this.#progress = new TextProgress(call.task);
	}

	/** The rank that has it, or had it last. */
	get rank(): number | undefined {
		return this.#attempts.at(-1)?.rank;
	}

	/** The engine that had it died. */
	died(): void {
		this.#over({ code: "engine_died", message: "Its engine or its rank died" });
	}

	/** A rank has it now. Whatever another one had of it is over. */
	assigned(rank: number): void {
		this.died();
		this.#attempts.push({ rank, assignedMs: this.#now() });
	}

	/**
	 * A piece came.
	 *
	 * @returns Milliseconds since the one before it; undefined for the first.
	 */
	piece(piece: Piece): number | undefined {
		const now = this.#now();
		const gap = this.#lastMs === undefined ? undefined : now - this.#lastMs;
		const attempt = this.#attempts.at(-1);
		if (attempt !== undefined) attempt.firstMs ??= now;
		this.#firstMs ??= now;
		this.#lastMs = now;
		this.#tokens += tokensOf(piece);
		this.#progress.add(piece);
		this.call.onPiece?.(piece);
		return gap;
	}

	/** What another rank may do of it, now that its own is dead; undefined where that would not be the same text. */
	rest(): Task | undefined {
		// It may be what the engines die of.
		if (this.#attempts.length >= MOST_DEATHS) return undefined;
		const rest = this.#progress.rest();
		if (rest === undefined) return undefined;
		this.#continued += 1;
		this.died();
		return rest;
	}

	/** How it ended, for whoever called. */
	end({ answer, failure }: RequestEnd, retryAfterMs?: number): CallEnd {
		this.#over(failure);
		const facts = this.#facts();
		if (answer === undefined) return { failure, retryAfterMs, facts };
		return { answer: this.#wholeAnswer(answer), facts };
	}

	#wholeAnswer(answer: Answer): Answer {
		return this.#continued === 0 ? answer : this.#progress.whole(answer);
	}

	#over(failure: Failure | undefined): void {
		const attempt = this.#attempts.at(-1);
		if (attempt === undefined || attempt.endMs !== undefined) return;
		attempt.endMs = this.#now();
		if (failure !== undefined) attempt.failure = failure;
	}

	#facts(): CallFacts {
		return {
			arrivedMs: this.call.arrivedMs,
			attempts: this.#attempts,
			firstMs: this.#firstMs,
			lastMs: this.#lastMs,
			endMs: this.#now(),
			tokens: this.#tokens,
			continued: this.#continued,
		};
	}
}

/** How many tokens a piece has; where nobody tells, one. */
export function tokensOf([, , tokens]: Piece): number {
	return tokens?.length ?? 1;
}
