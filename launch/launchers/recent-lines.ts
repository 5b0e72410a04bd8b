/** Lines that are kept. */
const MOST_LINES = 50;

/** The last lines of a stream of text, for a later question what happened. */
export class RecentLines {
	readonly #lines: string[] = [];
	readonly #noise: RegExp | undefined;
	#rest = "";

	/** @param noise Lines that tell nothing. */
	constructor(noise?: RegExp) {
		this.#noise = noise;
	}

	push(data: Buffer): void {
		const parts = (this.#rest + data.toString("utf8")).split(/\r?\n/);
		this.#rest = parts.pop() ?? "";
		this.#lines.push(...parts.filter((line) => line.trim() !== "" && this.#noise?.test(line) !== true));
		this.#lines.splice(0, this.#lines.length - MOST_LINES);
	}

	/** The line that tells most: an error of a program if there is one, else the last. */
	get telling(): string | undefined {
		const all = this.#rest.trim() === "" ? this.#lines : [...this.#lines, this.#rest];
		return (all.findLast((line) => /^\w*Error\b/.test(line)) ?? all.at(-1))?.trim();
	}
}
