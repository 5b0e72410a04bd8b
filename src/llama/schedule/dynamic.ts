import { BinaryHeap } from "./heap/binary-heap.ts";
import type { Item, Wake, WorkQueue } from "./item.ts";

/**
 * How many earlier items an item overtakes for each step of priority. An item's turn comes at id - priority * STEP: the
 * same order as if each grew more urgent while it waits, so none waits for ever, however urgent those after it are.
 */
const STEP = 100;

/**
 * One queue for all ranks: whoever has room takes the next. While more may come, the order is that of the input, with
 * priorities. Once the end is known the long ones go first, so that none of them is left over for the end, when the
 * other ranks have nothing to do.
 */
export class Dynamic<T extends Item> implements WorkQueue<T> {
	readonly deals = false;
	readonly #heap = new BinaryHeap<T>(
		(a, b) => turnOf(a) < turnOf(b) || (turnOf(a) === turnOf(b) && a.id < b.id),
	);
	readonly #wake: Wake;

	constructor(wake: Wake) {
		this.#wake = wake;
	}

	get size(): number {
		return this.#heap.size;
	}

	add(item: T): void {
		this.#heap.push(item);
		this.#wake("one");
	}

	giveBack(item: T): void {
		this.add(item);
	}

	remove(item: T): boolean {
		return this.#heap.remove(item);
	}

	close(): void {
		this.#heap.reorder(longestFirst);
	}

	take(): T | undefined {
		return this.#heap.pop();
	}

	join(): void {}

	lose(): void {}

	engineDied(): void {}

	engineUp(): void {}

	ended(): void {}

	drain(): T[] {
		return this.#heap.drain();
	}
}

/** When an item's turn comes, in ids: the lower is first. */
export function turnOf({ id, priority }: Item): number {
	return id - priority * STEP;
}

function longestFirst(a: Item, b: Item): boolean {
	if (a.priority !== b.priority) return a.priority > b.priority;
	const [sizeA, sizeB] = [size(a), size(b)];
	return sizeA > sizeB || (sizeA === sizeB && a.id < b.id);
}

/** Of those about as long as each other the earlier one goes first: neighbours often share a beginning. */
function size({ promptTokens, maxTokens }: Item): number {
	// A generated token takes many times as long as one that is only read.
	return Math.round(Math.log2(1 + promptTokens / 10 + maxTokens));
}
