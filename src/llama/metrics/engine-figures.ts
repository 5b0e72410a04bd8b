import { headText, labelText, numberText } from "./text.ts";

/** llama-server's names, and its one label. What is not of this form could break the text, or make series without end. */
const FIGURE = /^(llamacpp:[a-zA-Z0-9_]{1,80})(?:\{position="(\d{1,3})"\})?$/;
/** llama-server has about twenty, and one more for each place of a draft. */
const MOST = 200;

/** Figures are told every 5 s: who has told none for so long is dead, stopped, or starts again. */
const KEPT_MS = 30_000;

type Figures = Readonly<Record<string, number>>;

/** What the engines say of themselves, by rank: the newest that each rank told. */
export class EngineFigures {
	readonly #ranks = new Map<number, { readonly figures: Figures; readonly toldMs: number }>();
	readonly #now: () => number;

	/** @param now The clock, in milliseconds. */
	constructor(now: () => number = () => performance.now()) {
		this.#now = now;
	}

	/** @param figures By the engine's own names; undefined: the rank is gone. */
	set(rank: number, figures: Figures | undefined): void {
		if (figures === undefined) this.#ranks.delete(rank);
		else this.#ranks.set(rank, { figures, toldMs: this.#now() });
	}

	render(): string {
		const families = new Map<string, string>();
		for (const [rank, { figures, toldMs }] of this.#ranks) {
			if (this.#now() - toldMs > KEPT_MS) continue;
			for (const [figure, value] of Object.entries(figures).slice(0, MOST)) {
				const [, name, position] = FIGURE.exec(figure) ?? [];
				if (name === undefined) continue;
				const labels = { rank: String(rank), ...(position === undefined ? {} : { position }) };
				const before = families.get(name) ?? head(name);
				families.set(name, `${before}${name}${labelText(labels)} ${numberText(value)}\n`);
			}
		}
		return [...families.values()].join("");
	}
}

function head(name: string): string {
	const help = "As llama-server of the rank told it, every 5 s.";
	return headText(name, name.endsWith("_total") ? "counter" : "gauge", help);
}
