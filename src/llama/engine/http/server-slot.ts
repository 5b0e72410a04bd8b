import { commonPrefix } from "../../../base/common-prefix.ts";
import { type Prompt, promptText } from "../prompt.ts";
import { type PooledSequence, SequencePool } from "../sequence-pool.ts";

/** A slot of a server, seen from outside: what it was last asked and has answered. */
export class ServerSlot implements PooledSequence<string> {
	readonly id: number;
	#text = "";

	constructor(id: number) {
		this.id = id;
	}

	get length(): number {
		return this.#text.length;
	}

	sharedPrefix(prompt: string): number {
		return commonPrefix(prompt, this.#text);
	}

	/** Notes what the slot holds now, as far as one can tell from outside. */
	holds(text: string): void {
		this.#text = text;
	}
}

export function makeSlots(count: number): SequencePool<ServerSlot, string> {
	return new SequencePool(Array.from({ length: count }, (_, id) => new ServerSlot(id)));
}

/** A prompt as a text that begins like another's if the prompts begin alike; a conversation's goes on with its answer. */
export function textOf(prompt: Prompt): string {
	return typeof prompt === "string" ? prompt : `${promptText(prompt)}assistant\n`;
}
