/** More names than any cluster has: a mistyped range must not fill the memory. */
const MOST_NAMES = 65_536;

/** A mistake in a range: what is wrong, and where in the name, counted from 0. */
export class RangeMistake extends Error {
	readonly at: number;

	constructor(at: number, message: string) {
		super(message);
		this.at = at;
	}
}

/**
 * The names that a name with ranges stands for: `node[08-10,12]-ib` is node08-ib, node09-ib, node10-ib, node12-ib.
 * Numbers are as wide as the first of their range is written. With several ranges the last one runs fastest.
 */
export function expandNames(text: string): string[] {
	let names = [""];
	let at = 0;
	while (at < text.length) {
		const open = text.indexOf("[", at);
		const plain = text.slice(at, open < 0 ? undefined : open);
		if (plain.includes("]"))
			throw new RangeMistake(at + plain.indexOf("]"), 'Cannot read "]": no "[" before it');
		let parts = [""];
		if (open < 0) {
			at = text.length;
		} else {
			const close = text.indexOf("]", open);
			if (close < 0) throw new RangeMistake(open, `Cannot read "${text.slice(open)}": its "]" is missing`);
			parts = expandList(text.slice(open + 1, close), open + 1, names.length);
			at = close + 1;
		}
		names = names.flatMap((name) => parts.map((part) => `${name}${plain}${part}`));
	}
	return names;
}

/** The numbers of "1,3-5" as they are written. */
function expandList(list: string, start: number, times: number): string[] {
	const numbers: string[] = [];
	let at = start;
	for (const range of list.split(",")) {
		const groups = /^(?<first>\d{1,9})(?:-(?<last>\d{1,9}))?$/.exec(range)?.groups;
		if (groups === undefined) {
			throw new RangeMistake(at, `Cannot read "${range}" as a range: numbers are needed, as in [1,3-5]`);
		}
		const { first = "", last = first } = groups;
		const count = Number(last) - Number(first) + 1;
		if (count < 1) throw new RangeMistake(at, `Cannot read "${range}" as a range: it runs backwards`);
		if ((numbers.length + count) * times > MOST_NAMES) {
			throw new RangeMistake(at, `Cannot expand "${range}": more than ${MOST_NAMES} hosts`);
		}
		for (let number = Number(first); number <= Number(last); number++) {
			numbers.push(`${number}`.padStart(first.length, "0"));
		}
		at += range.length + 1;
	}
	return numbers;
}

/** Splits at the commas that stand outside of brackets; each part with its place in the text, from 0. */
export function splitList(text: string): { part: string; at: number }[] {
	const parts: { part: string; at: number }[] = [];
	let at = 0;
	let depth = 0;
	for (let index = 0; index <= text.length; index++) {
		const letter = text[index];
		if (letter === "[") depth++;
		else if (letter === "]") depth--;
		if (letter !== undefined && (letter !== "," || depth > 0)) continue;
		parts.push({ part: text.slice(at, index), at });
		at = index + 1;
	}
	return parts;
}
