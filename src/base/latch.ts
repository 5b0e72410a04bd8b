/** Lets all who wait go on together; whoever waits afterwards waits for the next time. */
export class Latch {
	#next: { readonly promise: Promise<void>; readonly resolve: () => void } | undefined;

	/** Resolves at the next `open`. */
	wait(): Promise<void> {
		if (this.#next === undefined) {
			let resolve = () => {};
			const promise = new Promise<void>((done) => {
				resolve = done;
			});
			this.#next = { promise, resolve };
		}
		return this.#next.promise;
	}

	open(): void {
		this.#next?.resolve();
		this.#next = undefined;
	}
}
