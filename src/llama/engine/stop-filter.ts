/** Lets text pass up to the first stop text, and holds back what may be the beginning of one. */
export class StopFilter {
	readonly #stops: readonly string[];
	#held = "";
	#stop: string | undefined;

	constructor(stops: readonly string[]) {
		this.#stops = stops.filter((stop) => stop !== "");
	}

	/** A stop text has come: nothing passes any more. */
	get stopped(): boolean {
		return this.#stop !== undefined;
	}

	/** The stop text that has come. */
	get stopText(): string | undefined {
		return this.#stop;
	}

	push(text: string): string {
		if (this.stopped) return "";
		this.#held += text;
		const end = firstOccurrence(this.#held, this.#stops);
		if (end !== undefined) {
			this.#stop = this.#stops.find((stop) => this.#held.startsWith(stop, end));
			return this.#held.slice(0, end);
		}
		const safe = this.#held.length - longestPossibleStart(this.#held, this.#stops);
		const passed = this.#held.slice(0, safe);
		this.#held = this.#held.slice(safe);
		return passed;
	}

	/** What was held back, now that nothing can complete it. */
	flush(): string {
		const rest = this.stopped ? "" : this.#held;
		this.#held = "";
		return rest;
	}
}

function firstOccurrence(text: string, stops: readonly string[]): number | undefined {
	const found = stops.map((stop) => text.indexOf(stop)).filter((index) => index >= 0);
	return found.length === 0 ? undefined : Math.min(...found);
}

/** Length of the longest end of `text` with which a stop text begins. */
function longestPossibleStart(text: string, stops: readonly string[]): number {
	let longest = 0;
	for (const stop of stops) {
		for (let length = Math.min(stop.length - 1, text.length); length > longest; length--) {
			if (text.endsWith(stop.slice(0, length))) longest = length;
		}
	}
	return longest;
}
