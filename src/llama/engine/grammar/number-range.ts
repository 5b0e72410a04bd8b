/** Numbers between two bounds, as GBNF. */

import { oneOf } from "./rules.ts";

const LARGEST = Number.MAX_SAFE_INTEGER;
const FRACTION = `("." [0-9]{1,15})?`;
/** A fraction that is not zero. */
const SOME_FRACTION = `"." [0-9]{0,14} [1-9]`;
const ZERO_FRACTION = `("." "0"{1,15})?`;

/** A bound: the number itself is allowed, or only what lies beyond it. */
export interface Bound {
	readonly value: number;
	readonly exclusive: boolean;
}

/** Whole numbers from `least` to `most`; undefined if there are none. */
export function integersBetween(least?: number, most?: number): string | undefined {
	const from = Math.max(least ?? -LARGEST, -LARGEST);
	const to = Math.min(most ?? LARGEST, LARGEST);
	if (from > to) return undefined;
	const signs: string[] = [];
	if (to >= 0) signs.push(digits(Math.max(from, 0), to));
	if (from < 0) signs.push(`"-" ${digits(Math.max(1, -to), -from)}`);
	return oneOf(signs);
}

/** Numbers between whole bounds; undefined if there are none. */
export function numbersBetween(least?: Bound, most?: Bound): string | undefined {
	const signs: string[] = [];
	const zero = { value: 0, exclusive: false };
	if (most === undefined || most.value >= 0) {
		signs.push(...magnitudes(least !== undefined && least.value >= 0 ? least : zero, most));
	}
	if (least === undefined || least.value < 0) {
		const nearest = most !== undefined && most.value <= 0 ? { ...most, value: -most.value } : zero;
		const farthest = least === undefined ? undefined : { ...least, value: -least.value };
		signs.push(...magnitudes(nearest, farthest).map((magnitude) => `"-" ${magnitude}`));
	}
	return signs.length === 0 ? undefined : oneOf(signs);
}

/** Numbers without a sign. */
function magnitudes(least: Bound, most: Bound | undefined): string[] {
	const to = most?.value ?? LARGEST;
	if (least.value > to) return [];
	const found: string[] = [];
	if (least.value === to) {
		return least.exclusive || most?.exclusive === true ? [] : [`"${to}" ${ZERO_FRACTION}`];
	}
	const from = least.exclusive ? least.value + 1 : least.value;
	if (least.exclusive) found.push(`"${least.value}" ${SOME_FRACTION}`);
	if (from <= to - 1) found.push(`${digits(from, to - 1)} ${FRACTION}`);
	if (most?.exclusive !== true) found.push(`"${to}" ${ZERO_FRACTION}`);
	return found;
}

/** Whole numbers from 0 up, without leading zeros. */
function digits(from: number, to: number): string {
	const found: string[] = [];
	const [shortest, longest] = [`${from}`.length, `${to}`.length];
	for (let length = shortest; length <= longest; length++) {
		const first = length === 1 ? 0 : 10 ** (length - 1);
		const last = length >= 16 ? to : 10 ** length - 1;
		found.push(sameLength(`${Math.max(from, first)}`, `${Math.min(to, last)}`));
	}
	return oneOf(found);
}

function sameLength(from: string, to: string): string {
	const rest = from.length - 1;
	const [low, high] = [Number(from[0]), Number(to[0])];
	if (rest === 0) return digit(low, high);
	if (low === high) return `"${low}" ${sameLength(from.slice(1), to.slice(1))}`;
	const found: string[] = [];
	const [lowIsWhole, highIsWhole] = [/^.0*$/.test(from), /^.9*$/.test(to)];
	if (!lowIsWhole) found.push(`"${low}" ${sameLength(from.slice(1), "9".repeat(rest))}`);
	const [begin, end] = [lowIsWhole ? low : low + 1, highIsWhole ? high : high - 1];
	if (begin <= end) found.push(`${digit(begin, end)} [0-9]{${rest}}`);
	if (!highIsWhole) found.push(`"${high}" ${sameLength("0".repeat(rest), to.slice(1))}`);
	return oneOf(found);
}

function digit(from: number, to: number): string {
	return from === to ? `"${from}"` : `[${from}-${to}]`;
}
