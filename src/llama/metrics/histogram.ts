import { headText, type Labels, labelText, numberText } from "./text.ts";

/** One series of a histogram. */
export class Observations {
	readonly #bounds: Float64Array;
	/** What each line begins with: one for each bucket, the last for those above all bounds, then sum and count. */
	readonly #starts: readonly string[];
	/** How many lie between a bound and the one before it; the last: above all. */
	readonly #counts: Float64Array;
	#sum = 0;

	constructor(name: string, bounds: Float64Array, labels: Labels) {
		this.#bounds = bounds;
		this.#counts = new Float64Array(bounds.length + 1);
		const limits = [...bounds, Number.POSITIVE_INFINITY];
		const buckets = limits.map((le) => `${name}_bucket${labelText({ ...labels, le: numberText(le) })} `);
		this.#starts = [...buckets, `${name}_sum${labelText(labels)} `, `${name}_count${labelText(labels)} `];
	}

	/** @param times How often the value was met. */
	observe(value: number, times = 1): void {
		const bounds = this.#bounds;
		let low = 0;
		let high = bounds.length;
		while (low < high) {
			const middle = (low + high) >> 1;
			if (value <= (bounds[middle] as number)) high = middle;
			else low = middle + 1;
		}
		this.#counts[low] = (this.#counts[low] as number) + times;
		this.#sum += value * times;
	}

	render(): string {
		let text = "";
		let total = 0;
		this.#counts.forEach((count, index) => {
			total += count;
			text += `${this.#starts[index]}${total}\n`;
		});
		const sum = this.#starts[this.#counts.length];
		return `${text}${sum}${numberText(this.#sum)}\n${this.#starts[this.#counts.length + 1]}${total}\n`;
	}
}

/** How a quantity is distributed, by labels: counted in buckets that never change. */
export class Histogram {
	readonly #name: string;
	readonly #head: string;
	readonly #bounds: Float64Array;
	readonly #series = new Map<string, Observations>();

	/**
	 * @param bounds Upper ends of the buckets, ascending; one for all that is above them is added.
	 * @throws {RangeError} if they do not ascend.
	 */
	constructor(name: string, help: string, bounds: readonly number[]) {
		if (bounds.some((bound, index) => index > 0 && !(bound > (bounds[index - 1] as number))))
			throw new RangeError(`Cannot count ${name} in buckets up to ${bounds.join(", ")}: they must ascend`);
		this.#name = name;
		this.#head = headText(name, "histogram", help);
		this.#bounds = Float64Array.from(bounds);
	}

	/** The series of these labels, which is there from now on: keep it, and observing builds no text. */
	of(labels: Labels = {}): Observations {
		const key = labelText(labels);
		const series = this.#series.get(key) ?? new Observations(this.#name, this.#bounds, labels);
		this.#series.set(key, series);
		return series;
	}

	render(): string {
		let text = this.#head;
		for (const series of this.#series.values()) text += series.render();
		return text;
	}
}
