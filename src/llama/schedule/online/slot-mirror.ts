import { commonPrefix } from "../../../base/common-prefix.ts";
import { bestSequence, goesOn, type PooledSequence } from "../../engine/sequence-pool.ts";

/** What a slot of an engine holds, as far as one can tell from outside. */
export class MirroredSlot implements PooledSequence<string> {
	/** The item that runs in it. */
	itemId: number | undefined;
	readonly #usual: { chars: number };
	#text = "";
	/** The answer to the last question: one decision asks the same several times. */
	#known = { prompt: "", shared: 0 };

	/** @param usual What the last of the rank's slots shared with a prompt: all may hold the same system prompt. */
	constructor(usual: { chars: number }) {
		this.#usual = usual;
	}

	/** The text of the last request that it ran, with its answer. */
	get text(): string {
		return this.#text;
	}

	set text(text: string) {
		this.#text = text;
		this.#known = { prompt: "", shared: 0 };
	}

	get length(): number {
		return this.#text.length;
	}

	sharedPrefix(prompt: string): number {
		if (this.#known.prompt !== prompt) {
			const shared = commonPrefix(prompt, this.#text, this.#usual.chars);
			this.#usual.chars = shared;
			this.#known = { prompt, shared };
		}
		return this.#known.shared;
	}
}

/** What a request would find in the slot that it gets. */
export interface Fit {
	/** Characters of its text that are there. */
	readonly shared: number;
	/** Characters that are there besides, and will be lost, since it does not go on from there. */
	readonly lost: number;
	/** The slot holds nothing. */
	readonly empty: boolean;
}

/** A rank's slots, from which each request takes the one that the engine's own pool gives it. */
export class SlotMirror {
	readonly all: readonly MirroredSlot[];
	/** Longest unused first, as in the engine. */
	#free: MirroredSlot[];

	constructor(slots: number) {
		const usual = { chars: 0 };
		this.all = Array.from({ length: slots }, () => new MirroredSlot(usual));
		this.#free = [...this.all];
	}

	/** What a request with this text would find; undefined if no slot is free. */
	fit(text: string): Fit | undefined {
		const slot = bestSequence(this.#free, text);
		if (slot === undefined) return undefined;
		const { length } = slot;
		const shared = slot.sharedPrefix(text);
		const lost = goesOn(shared, length, text.length) ? 0 : length - shared;
		return { shared, lost, empty: length === 0 };
	}

	/** A request runs now. One without a text needs no slot: it is no prompt to continue. */
	take(itemId: number, text: string): MirroredSlot | undefined {
		if (text === "") return undefined;
		const slot = bestSequence(this.#free, text);
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
