import { headText, type Labels, labelText, numberText } from "./text.ts";

/** A value as it is when somebody looks. */
export interface Sample {
	readonly value: number;
	/** @default none */
	readonly labels?: Labels;
	/** Of a summary: "_sum" or "_count". @default "" */
	readonly suffix?: string;
}

/** What is only known when somebody looks: a gauge, a counter that others keep, a summary. */
export class Sampled {
	readonly #name: string;
	readonly #head: string;
	readonly #read: () => Iterable<Sample>;

	constructor(
		name: string,
		what: { readonly type: "gauge" | "counter" | "summary"; readonly help: string },
		read: () => Iterable<Sample>,
	) {
		this.#name = name;
		this.#head = headText(name, what.type, what.help);
		this.#read = read;
	}

	render(): string {
		let text = this.#head;
		for (const { value, labels = {}, suffix = "" } of this.#read())
			text += `${this.#name}${suffix}${labelText(labels)} ${numberText(value)}\n`;
		return text;
	}
}
