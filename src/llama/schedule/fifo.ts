/** A queue that takes and gives at its ends in constant time: `shift` of a long array does not. */
export class Fifo<T> {
	#items: (T | undefined)[] = [];
	#head = 0;
	/** What was put back, the last one first. */
	#front: T[] = [];

	get size(): number {
		return this.#items.length - this.#head + this.#front.length;
	}

	push(item: T): void {
		this.#items.push(item);
	}

	/** To be taken next. */
	unshift(item: T): void {
		this.#front.push(item);
	}

	shift(): T | undefined {
		if (this.#front.length > 0) return this.#front.pop();
		if (this.#head === this.#items.length) return undefined;
		const item = this.#items[this.#head];
		this.#items[this.#head++] = undefined;
		if (this.#head === this.#items.length || (this.#head > 1024 && this.#head * 2 > this.#items.length)) {
			this.#items = this.#items.slice(this.#head);
			this.#head = 0;
		}
		return item;
	}

	/** Takes the last one. */
	pop(): T | undefined {
		return this.#items.length > this.#head ? this.#items.pop() : this.#front.shift();
	}

	/** Takes everything. */
	drain(): T[] {
		const all = [...this.#front.reverse(), ...(this.#items.slice(this.#head) as T[])];
		this.#front = [];
		this.#items = [];
		this.#head = 0;
		return all;
	}
}
