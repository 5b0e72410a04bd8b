import type { Context } from "./context.ts";

/** The communicators of this rank, and what has come for those that it has not made yet or has freed. */
export class Contexts {
	readonly #self: number;
	readonly #open = new Map<number, Context>();
	/** What is to be done with communicators that this rank has not made yet. */
	readonly #early = new Map<number, ((context: Context) => void)[]>();
	/** Ids of communicators that are gone here, but may still be used elsewhere. */
	readonly #freed = new Set<number>();
	#reserved = 0;

	/** @param self Own world rank. */
	constructor(self: number) {
		this.#self = self;
	}

	[Symbol.iterator](): Iterator<Context> {
		return this.#open.values();
	}

	/**
	 * An id that no other call in the job returns: a counter and the own rank in one number, so that nobody has to be
	 * asked. 0 is world's.
	 */
	reserveId(): number {
		return this.#self * 2 ** 32 + ++this.#reserved;
	}

	get(id: number): Context | undefined {
		return this.#open.get(id);
	}

	/** From here on frames find it; those that came earlier are used now. */
	add(context: Context): void {
		this.#open.set(context.id, context);
		const early = this.#early.get(context.id) ?? [];
		this.#early.delete(context.id);
		for (const use of early) use(context);
	}

	/** Forgets a communicator. */
	free(context: Context): void {
		this.#open.delete(context.id);
		this.#freed.add(context.id);
	}

	/**
	 * Uses the communicator with this id: now, or when it is made. Members make it at different times.
	 *
	 * @param drop Called instead if this rank has freed it.
	 */
	use(id: number, use: (context: Context) => void, drop: () => void = () => undefined): void {
		const context = this.#open.get(id);
		if (context !== undefined) use(context);
		else if (this.#freed.has(id)) drop();
		else {
			const early = this.#early.get(id);
			if (early === undefined) this.#early.set(id, [use]);
			else early.push(use);
		}
	}
}
