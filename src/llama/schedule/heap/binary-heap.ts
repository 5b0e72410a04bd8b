/** The first of many by an order that can be changed: push and pop in logarithmic time. */
export class BinaryHeap<T> {
	#before: (a: T, b: T) => boolean;
	#items: T[] = [];

	constructor(before: (a: T, b: T) => boolean) {
		this.#before = before;
	}

	get size(): number {
		return this.#items.length;
	}

	push(item: T): void {
		this.#items.push(item);
		this.#rise(this.#items.length - 1);
	}

	pop(): T | undefined {
		const items = this.#items;
		const first = items[0];
		const last = items.pop();
		if (items.length > 0 && last !== undefined) {
			items[0] = last;
			this.#sink(0);
		}
		return first;
	}

	/** Takes an item out, in linear time. False if it is not there. */
	remove(item: T): boolean {
		const at = this.#items.indexOf(item);
		if (at < 0) return false;
		const last = this.#items.pop() as T;
		if (at < this.#items.length) {
			this.#items[at] = last;
			this.#rise(at);
			this.#sink(at);
		}
		return true;
	}

	/** Puts all in another order. */
	reorder(before: (a: T, b: T) => boolean): void {
		this.#before = before;
		for (let index = (this.#items.length >> 1) - 1; index >= 0; index--) this.#sink(index);
	}

	/** Takes everything, in no order. */
	drain(): T[] {
		return this.#items.splice(0);
	}

	#rise(index: number): void {
		const items = this.#items;
		const item = items[index] as T;
		while (index > 0) {
			const parent = (index - 1) >> 1;
			if (!this.#before(item, items[parent] as T)) break;
			items[index] = items[parent] as T;
			index = parent;
		}
		items[index] = item;
	}

	#sink(index: number): void {
		const items = this.#items;
		const item = items[index] as T;
		for (;;) {
			let child = 2 * index + 1;
			if (child >= items.length) break;
			if (child + 1 < items.length && this.#before(items[child + 1] as T, items[child] as T)) child += 1;
			if (!this.#before(items[child] as T, item)) break;
			items[index] = items[child] as T;
			index = child;
		}
		items[index] = item;
	}
}
