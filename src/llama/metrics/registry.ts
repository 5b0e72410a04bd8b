import { Counter } from "./counter.ts";
import { Histogram } from "./histogram.ts";
import { type Sample, Sampled } from "./sampled.ts";

/** What an answer with metrics calls itself: Prometheus' text format. */
export const METRICS_TYPE = "text/plain; version=0.0.4; charset=utf-8";

/** A number, or several of one name that labels tell apart. */
export type Reading = number | Iterable<Sample>;

interface Family {
	render(): string;
}

/** All metrics of a program, in the order in which they were added. */
export class Registry {
	readonly #families = new Map<string, Family>();
	readonly #more: Family[] = [];

	/** @param name Ends with `_total`, as counters do. */
	counter(name: string, help: string): Counter {
		if (!name.endsWith("_total"))
			throw new RangeError(`Cannot name a counter ${name}: its name must end with _total`);
		return this.#add(name, new Counter(name, help));
	}

	/** @param bounds Upper ends of the buckets, ascending. */
	histogram(name: string, help: string, bounds: readonly number[]): Histogram {
		return this.#add(name, new Histogram(name, help, bounds));
	}

	/** @param read Asked for each rendering. */
	gauge(name: string, help: string, read: () => Reading): void {
		this.sampled(name, { type: "gauge", help }, read);
	}

	/** A metric that is not kept here. @param read Asked for each rendering. */
	sampled(
		name: string,
		what: { readonly type: "gauge" | "counter" | "summary"; readonly help: string },
		read: () => Reading,
	): void {
		const samples = () => {
			const value = read();
			return typeof value === "number" ? [{ value }] : value;
		};
		this.#add(name, new Sampled(name, what, samples));
	}

	/** Families whose names are not known yet; they come last. */
	later(family: Family): void {
		this.#more.push(family);
	}

	/** All metrics in Prometheus' text format 0.0.4. */
	render(): string {
		let text = "";
		for (const family of this.#families.values()) text += family.render();
		for (const family of this.#more) text += family.render();
		return text;
	}

	#add<F extends Family>(name: string, family: F): F {
		if (this.#families.has(name)) throw new RangeError(`Cannot add the metric ${name}: it is there already`);
		this.#families.set(name, family);
		return family;
	}
}
