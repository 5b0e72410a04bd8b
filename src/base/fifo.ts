/** How many empty places at the front are kept before the array is cut. */
const SLACK = 1024;

/** A queue that gives its front in constant time, where `shift` of a long array does not. */
export class Fifo<T> {
	#items: (T | undefined)[] = [];
	#head = 0;

	get size(): number {
		return this.#items.length - this.#head;
	}

	/** What `shift` would give, left where it is. */
	get first(): T | undefined {
		return this.#items[this.#head];
	}

	push(item: T): void {
		this.#items.push(item);
	}

	/** To be taken next. */
	unshift(item: T): void {
		if (this.#head === 0) this.#items.unshift(item);
		else this.#items[--this.#head] = item;
	}

	/** Takes the first one. */
	shift(): T | undefined {
		if (this.size === 0) return undefined;
		const item = this.#items[this.#head];
		this.#dropFront();
		return item;
	}

	/** Takes the last one. */
	pop(): T | undefined {
		return this.size === 0 ? undefined : this.#items.pop();
	}

	find(test: (item: T) => boolean): T | undefined {
		for (let i = this.#head; i < this.#items.length; i++) {
			const item = this.#items[i] as T;
			if (test(item)) return item;
		}
		return undefined;
	}

	/** Takes an item out, wherever it is. False if it is not there. */
	remove(item: T): boolean {
		const at = this.#items.indexOf(item, this.#head);
		if (at < 0) return false;
		if (at > this.#head) this.#items.splice(at, 1);
		else this.#dropFront();
		return true;
	}

	/** Takes everything. */
	drain(): T[] {
		const all = [...this];
		this.#items = [];
		this.#head = 0;
		return all;
	}

	*[Symbol.iterator](): Iterator<T> {
		for (let i = this.#head; i < this.#items.length; i++) yield this.#items[i] as T;
	}

	#dropFront(): void {
		// The place must not keep the item, a whole message perhaps, until the array is cut.
		this.#items[this.#head++] = undefined;
		if (this.#head === this.#items.length || (this.#head > SLACK && this.#head * 2 > this.#items.length)) {
			this.#items = this.#items.slice(this.#head);
			this.#head = 0;
		}
	}
}
