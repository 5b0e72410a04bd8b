import { commonPrefix } from "../../../base/common-prefix.ts";
import { bestSequence, type PooledSequence } from "../../engine/sequence-pool.ts";

/** What a slot of an engine holds, as far as one can tell from outside. */
export class MirroredSlot implements PooledSequence<string> {
	/** Of the last request that it ran, with its answer. */
	text = "";
	/** Of the item that runs in it. */
	itemId: number | undefined;

	get length(): number {
		return this.text.length;
	}

	sharedPrefix(prompt: string): number {
		return commonPrefix(prompt, this.text);
	}
}

/** A rank's slots, from which each request takes the one that the engine's own pool gives it. */
export class SlotMirror {
	readonly all: readonly MirroredSlot[];
	/** Longest unused first, as in the engine. */
	#free: MirroredSlot[];

	constructor(slots: number) {
		this.all = Array.from({ length: slots }, () => new MirroredSlot());
		this.#free = [...this.all];
	}

	/** The slot that a request with this text would get; undefined if none is free. */
	best(text: string): MirroredSlot | undefined {
		return bestSequence(this.#free, text);
	}

	/** A request runs now. One without a text needs no slot: it is no prompt to continue. */
	take(itemId: number, text: string): MirroredSlot | undefined {
		if (text === "") return undefined;
		const slot = this.best(text);
		if (slot === undefined) return undefined;
		this.#free.splice(this.#free.indexOf(slot), 1);
		slot.itemId = itemId;
		slot.text = text;
		return slot;
	}

	/** A request has ended; its slot still holds its prompt and what came after it. */
	release(slot: MirroredSlot, answer = ""): void {
		slot.text += answer;
		slot.itemId = undefined;
		this.#free.push(slot);
	}

	/** It is another engine now, which holds nothing. */
	clear(): void {
		for (const slot of this.all) {
			slot.text = "";
			slot.itemId = undefined;
		}
		this.#free = [...this.all];
	}
}
