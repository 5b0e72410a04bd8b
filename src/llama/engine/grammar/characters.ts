/** Sets of characters of a regular expression, and how GBNF writes them. */

import { literal, oneOf } from "./rules.ts";

/** From one code point to another, both included. */
export type Range = readonly [number, number];

const LAST = 0x10ffff;
const code = (character: string) => character.codePointAt(0) ?? 0;

const DIGITS: readonly Range[] = [[0x30, 0x39]];
const WORD: readonly Range[] = [...DIGITS, [0x41, 0x5a], [0x5f, 0x5f], [0x61, 0x7a]];
const SPACE: readonly Range[] = [
	[0x09, 0x0d],
	[0x20, 0x20],
	[0xa0, 0xa0],
];

/** What a backslash and a letter stand for, if for a set. */
export const SETS: ReadonlyMap<string, readonly Range[]> = new Map([
	["d", DIGITS],
	["D", others(DIGITS)],
	["w", WORD],
	["W", others(WORD)],
	["s", SPACE],
	["S", others(SPACE)],
]);

/** What a dot stands for. */
export const ANY: readonly Range[] = others([
	[0x0a, 0x0a],
	[0x0d, 0x0d],
]);

/** All characters that are not in the ranges. */
export function others(ranges: readonly Range[]): readonly Range[] {
	const found: Range[] = [];
	let next = 0;
	for (const [from, to] of [...ranges].sort(([a], [b]) => a - b)) {
		if (from > next) found.push([next, from - 1]);
		next = Math.max(next, to + 1);
	}
	if (next <= LAST) found.push([next, LAST]);
	return found;
}

/** One character of the ranges, as it stands in a text. */
export function plainClass(ranges: readonly Range[]): string {
	const parts = ranges.map(([from, to]) =>
		from === to ? classCharacter(from) : `${classCharacter(from)}-${classCharacter(to)}`,
	);
	return `[${parts.join("")}]`;
}

/** What a JSON string has as two characters or more: quotes, backslashes, control characters. */
const ESCAPED: readonly Range[] = [
	[0, 0x1f],
	[0x22, 0x22],
	[0x5c, 0x5c],
];
const SHORT_ESCAPES = ['"', "\\", "\n", "\r", "\t", "\b", "\f"].map((character) => code(character));

/** One character of the ranges, as it stands in a JSON string; undefined if there is none that can be written. */
export function jsonClass(ranges: readonly Range[]): string | undefined {
	const plain = intersect(ranges, others(ESCAPED));
	const escaped = SHORT_ESCAPES.filter((point) => ranges.some(([from, to]) => from <= point && point <= to));
	const all = [
		...(plain.length === 0 ? [] : [plainClass(plain)]),
		...escaped.map((point) => literal(JSON.stringify(String.fromCodePoint(point)).slice(1, -1))),
	];
	return all.length === 0 ? undefined : oneOf(all);
}

function intersect(some: readonly Range[], more: readonly Range[]): readonly Range[] {
	return others([...others(some), ...others(more)]);
}

function classCharacter(point: number): string {
	const character = String.fromCodePoint(point);
	if (/^[a-zA-Z0-9 _.,:;!?@#%&*+=()<>{}|/'~`$]$/.test(character)) return character;
	const hex = point.toString(16).toUpperCase();
	if (point <= 0xff) return `\\x${hex.padStart(2, "0")}`;
	return point <= 0xffff ? `\\u${hex.padStart(4, "0")}` : `\\U${hex.padStart(8, "0")}`;
}
