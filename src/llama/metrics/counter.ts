import { headText, type Labels, labelText, numberText } from "./text.ts";

/** One series of a counter. */
export class Count {
	readonly #start: string;
	#value = 0;

	constructor(start: string) {
		this.#start = start;
	}

	/** @param by Not negative: a counter never goes down. */
	add(by = 1): void {
		this.#value += by;
	}

	render(): string {
		return `${this.#start} ${numberText(this.#value)}\n`;
	}
}

/** What only grows, by labels. */
export class Counter {
	readonly #name: string;
	readonly #head: string;
	readonly #series = new Map<string, Count>();

	constructor(name: string, help: string) {
		this.#name = name;
		this.#head = headText(name, "counter", help);
	}

	/** The series of these labels, which is there from now on: keep it, and adding costs nothing but the addition. */
	of(labels: Labels = {}): Count {
		const start = this.#name + labelText(labels);
		const count = this.#series.get(start) ?? new Count(start);
		this.#series.set(start, count);
		return count;
	}

	render(): string {
		let text = this.#head;
		for (const count of this.#series.values()) text += count.render();
		return text;
	}
}
