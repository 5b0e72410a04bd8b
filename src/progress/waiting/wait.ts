import { MpiError } from "../../base/errors.ts";
import { callerFrames } from "./caller.ts";

/** Enough to get through our own frames to the caller's. */
const FRAMES = 50;

/**
 * What an operation waits for, as a promise that can be asked who awaits it.
 *
 * Noting the caller's stack when an operation begins costs half as much as sending a small message, and nearly nobody
 * ever reads it. So it is taken when somebody asks: V8 follows a chain of `await`s from the function that runs up to its
 * caller, and here `done` is made to run for a moment. The caller is found while it awaits the operation, by itself
 * or in a `Promise.all`; every function on the way must `await`, or hand on the promise itself.
 */
export class Wait<T> {
	readonly #onSettled: () => void;
	#outcome: { readonly value: T } | { readonly error: unknown } | undefined;
	#wake: (() => void) | undefined;
	#stack: string | undefined;

	/** @param onSettled Called at once when the outcome is known, before anybody who awaits it goes on. */
	constructor(onSettled: () => void) {
		this.#onSettled = onSettled;
	}

	get settled(): boolean {
		return this.#outcome !== undefined;
	}

	/** Who awaited this when `locate` asked. */
	get stack(): string | undefined {
		return this.#stack;
	}

	resolve(value: T): void {
		this.#settle({ value });
	}

	reject(error: unknown): void {
		this.#settle({ error });
	}

	/** The outcome. To be called once. */
	async done(): Promise<T> {
		while (this.#outcome === undefined) {
			await new Promise<void>((resolve) => {
				this.#wake = resolve;
			});
			if (this.#outcome === undefined) this.#stack = currentStack();
		}
		if ("error" in this.#outcome) throw withCaller(this.#outcome.error);
		return this.#outcome.value;
	}

	/** Has `stack` noted; it is there when the microtasks that are queued now have run. */
	locate(): void {
		this.#wake?.();
	}

	#settle(outcome: { readonly value: T } | { readonly error: unknown }): void {
		if (this.#outcome !== undefined) return;
		this.#outcome = outcome;
		this.#onSettled();
		this.#wake?.();
	}
}

function currentStack(): string | undefined {
	const limit = Error.stackTraceLimit;
	Error.stackTraceLimit = FRAMES;
	const { stack } = new Error();
	Error.stackTraceLimit = limit;
	return stack;
}

/** Adds who awaits the operation to the stack of an error that was made where nobody knew. */
function withCaller(error: unknown): unknown {
	if (!(error instanceof MpiError) || callerFrames(error.stack).length > 0) return error;
	error.stack = [error.stack, ...callerFrames(currentStack())].join("\n");
	return error;
}
