/** Events of one request on their way to its reader: pushed by the host's messages, taken by `generate`. */
export class RequestQueue<T> {
	#events: T[] = [];
	#failure: { readonly error: unknown } | undefined;
	#wake: (() => void) | undefined;

	push(event: T): void {
		this.#events.push(event);
		this.#wake?.();
	}

	/** Events that came before are still read. */
	fail(error: unknown): void {
		this.#failure ??= { error };
		this.#wake?.();
	}

	/** All events since the last call, at least one. */
	async take(): Promise<readonly T[]> {
		if (this.#events.length === 0 && this.#failure === undefined) {
			await new Promise<void>((resolve) => {
				this.#wake = resolve;
			});
			this.#wake = undefined;
		}
		if (this.#events.length === 0 && this.#failure !== undefined) throw this.#failure.error;
		const events = this.#events;
		this.#events = [];
		return events;
	}
}
