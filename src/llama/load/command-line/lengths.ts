/** Lengths of prompts or answers, in tokens: evenly within bounds, or log-normal and cut at them. */
export interface Lengths {
	readonly least: number;
	readonly most: number;
	/** Log-normal: half of them are shorter. @default evenly distributed */
	readonly median?: number;
	/** Log-normal: the deviation of their logarithm. */
	readonly sigma?: number;
}

/**
 * Lengths like those of people's conversations: many short ones and a long tail, as benchmarks cut the ShareGPT data set.
 * Log-normal; what is out of bounds is drawn again. Their means are about 201 and 204 tokens. They are a model of such
 * data, not the data.
 */
export const SHAREGPT: { readonly prompt: Lengths; readonly answer: Lengths } = {
	prompt: { median: 135, sigma: 1.3, least: 4, most: 1024 },
	answer: { median: 150, sigma: 0.9, least: 4, most: 1024 },
};

/** Reads "128" or "64..512", from 1 up; undefined for any other text. */
export function parseLengths(text: string): Lengths | undefined {
	const [, first = "", last = first] = /^(\d{1,7})(?:\.\.(\d{1,7}))?$/.exec(text) ?? [];
	const lengths = { least: Number(first), most: Number(last) };
	return lengths.least >= 1 && lengths.most >= lengths.least ? lengths : undefined;
}

/** One of these lengths. */
export function lengthOf({ least, most, median, sigma = 0 }: Lengths, random: () => number): number {
	if (median === undefined) return least + Math.floor(random() * (most - least + 1));
	for (;;) {
		const normal = Math.sqrt(-2 * Math.log(random())) * Math.cos(2 * Math.PI * random());
		const length = Math.round(median * Math.exp(sigma * normal));
		if (length >= least && length <= most) return length;
	}
}

/** Lengths in words: "128 tokens", "4 to 1024 tokens (log-normal, median 135, sigma 1.3)". */
export function lengthsText({ least, most, median, sigma }: Lengths): string {
	const bounds = `${least === most ? "" : `${least} to `}${most} ${most === 1 ? "token" : "tokens"}`;
	return median === undefined ? bounds : `${bounds} (log-normal, median ${median}, sigma ${sigma})`;
}
