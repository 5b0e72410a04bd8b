import type { Comm } from "tsmpi";
import { brief, same } from "./values.ts";

/** A communicator as every rank knows it. */
export interface Group {
	/** Ranks of the world, in rank order. */
	readonly members: readonly number[];
	/** undefined for ranks that are not in it. */
	readonly comm: Comm | undefined;
}

/** What one rank has begun and found in a schedule. It notes mistakes and goes on, so that the others can go on too. */
export class Part {
	readonly mistakes: string[] = [];
	readonly #due = new Map<number, Promise<void>[]>();
	#step = 0;
	#title = "";

	/** Enters a step; what was begun before and is due is awaited first. */
	async enter(step: number, title: string): Promise<void> {
		this.#step = step;
		const due = this.#due.get(step);
		this.#due.delete(step);
		await Promise.all(due ?? []);
		this.#title = `step ${step} ${title}`;
	}

	/** Awaits all that was begun. */
	async finish(): Promise<void> {
		for (const due of this.#due.values()) await Promise.all(due);
	}

	/** Runs an operation and looks at its outcome; awaited here, or `lag` steps later. */
	async begin(lag: number, operation: () => Promise<void>): Promise<void> {
		const title = this.#title;
		const running = operation().catch((error: unknown) => {
			this.mistakes.push(`${title}: ${error instanceof Error ? error.message : error}`);
		});
		if (lag === 0) return running;
		const due = this.#due.get(this.#step + lag) ?? [];
		this.#due.set(this.#step + lag, due);
		due.push(running);
	}

	/** Fails the operation that calls it. */
	expect(actual: unknown, expected: unknown, what = ""): void {
		if (!same(actual, expected))
			throw new Error(`${what} got ${brief(actual)} instead of ${brief(expected)}`);
	}
}
