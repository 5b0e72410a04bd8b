/** A series of a metric. */
interface Series {
	readonly labels: Readonly<Record<string, string>>;
	readonly value: number;
}

const LINE = /^([a-zA-Z_:][\w:]*)(?:\{(.*)\})?[ \t]+(\S+)/;
const LABEL = /([a-zA-Z_]\w*)="((?:[^"\\]|\\.)*)"/g;
const ESCAPES: Readonly<Record<string, string>> = { n: "\n" };

/** What /metrics said at a time, in Prometheus' text format. */
export class Scrape {
	/** When, in seconds of the page's own clock. */
	readonly at: number;
	readonly #series = new Map<string, Series[]>();

	constructor(text: string, at: number) {
		this.at = at;
		for (const line of text.split("\n")) {
			const [, name, labels = "", value = ""] = LINE.exec(line) ?? [];
			if (name === undefined) continue;
			const all = this.#series.get(name) ?? [];
			all.push({ labels: labelsOf(labels), value: value === "+Inf" ? Infinity : Number(value) });
			this.#series.set(name, all);
		}
	}

	/** The sum over all series of a metric, or over those of a rank; nought where there are none. */
	sum(name: string, rank?: number): number {
		return this.#of(name, rank).reduce((sum, { value }) => sum + value, 0);
	}

	/** The value of a metric for each value that a label has, except those at nought. */
	by(name: string, label: string): Map<string, number> {
		const sums = new Map<string, number>();
		for (const { labels, value } of this.#of(name)) {
			const key = labels[label] ?? "";
			if (value > 0) sums.set(key, (sums.get(key) ?? 0) + value);
		}
		return sums;
	}

	/** A histogram's counts up to each bound, summed over ranks, from the lowest bound to infinity. */
	histogram(name: string): Map<number, number> {
		const counts = new Map<number, number>();
		for (const { labels, value } of this.#of(`${name}_bucket`)) {
			const bound = labels.le === "+Inf" ? Infinity : Number(labels.le);
			counts.set(bound, (counts.get(bound) ?? 0) + value);
		}
		return new Map([...counts].sort(([a], [b]) => a - b));
	}

	#of(name: string, rank?: number): readonly Series[] {
		const all = this.#series.get(name) ?? [];
		return rank === undefined ? all : all.filter(({ labels }) => labels.engine === String(rank));
	}
}

function labelsOf(text: string): Record<string, string> {
	const pairs = Array.from(text.matchAll(LABEL), ([, name = "", value = ""]) => [
		name,
		value.replaceAll(/\\(.)/g, (_, escaped: string) => ESCAPES[escaped] ?? escaped),
	]);
	return Object.fromEntries(pairs);
}
