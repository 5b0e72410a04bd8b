import type { WaitingOperations } from "./waiting-operations.ts";

/** How long the rank stays deaf to see whether anything else keeps it alive, in milliseconds. */
const PROBE_MS = 1;
/** Time between two looks, in milliseconds: the first one soon, for a deadlock is usually final. */
const SOON_MS = 300;
const LATE_MS = 1000;

/**
 * Finds out whether anything but a message can wake this rank. After a silent tick it stops listening for a moment: if
 * Node then finds its event loop empty, no timer, child process, socket or file is under way, and the rank has nothing
 * to do but to wait. A busy rank never gets here, so it costs nothing.
 */
export class BlockedWatch {
	readonly #waiting: WaitingOperations;
	readonly #report: () => void;
	#resume: (() => void) | undefined;
	#notBefore = 0;
	#pause = SOON_MS;

	/** @param report Called when nothing but a message can wake this rank. */
	constructor(waiting: WaitingOperations, report: () => void) {
		this.#waiting = waiting;
		this.#report = report;
	}

	/** After a tick without a message: the inbox listens again when the promise resolves. */
	onIdle(): Promise<void> | undefined {
		const now = performance.now();
		if (now < this.#notBefore || this.#waiting.size === 0 || this.#waiting.abortable) return undefined;
		this.#notBefore = now + this.#pause;
		this.#pause = LATE_MS;
		return new Promise((resolve) => {
			this.#resume = resolve;
			setTimeout(() => this.#end(), PROBE_MS).unref();
		});
	}

	/** The event loop is empty. Tells whether that was this probe. */
	onEmptyLoop(): boolean {
		if (this.#resume === undefined) return false;
		this.#report();
		this.#end();
		// What has come in meanwhile may bring the program to its end before Node looks at its event loop again, and Node
		// would leave without asking a second time.
		setImmediate(() => undefined);
		return true;
	}

	#end(): void {
		this.#resume?.();
		this.#resume = undefined;
	}
}
