import { isDeepStrictEqual } from "node:util";
import type { TypedArray } from "tsmpi";

/** What kinds of values travel: packed and raw, within a frame, eager, and beyond the eager limit. */
export const shapes = [
	"number",
	"nothing",
	"object",
	"text",
	"short",
	"medium",
	"long",
	"huge",
	"hugeText",
] as const;
export type Shape = (typeof shapes)[number];

const LENGTHS: Partial<Record<Shape, number>> = { short: 5, medium: 3000, long: 35_000, huge: 140_000 };

/** The value of this shape that has this number. */
export function sampleOf(shape: Shape, number: number): unknown {
	switch (shape) {
		case "number":
			return number + 0.5;
		case "nothing":
			return undefined;
		case "object":
			return {
				number,
				list: [BigInt(number), new Map([[number, Int8Array.of(number)]])],
				nothing: undefined,
			};
		case "text":
			return `message ${number}`;
		case "hugeText":
			return { text: `${number}`.padStart(1_100_000, "ä") };
		default:
			return arrayOf(shape, number);
	}
}

/** Float64Array of the shape's length, whole numbers, so that sums are exact in any order. */
export function arrayOf(shape: Shape, number: number): Float64Array {
	const array = new Float64Array(LENGTHS[shape] ?? 7).fill(number);
	array[0] = number + 1;
	return array;
}

/** Overwrites memory that must not be needed any more. */
export function scribble(value: unknown): void {
	if (value instanceof Float64Array) value.fill(Number.NaN);
}

export const same = isDeepStrictEqual;

/** A value in a few words. */
export function brief(value: unknown): string {
	if (ArrayBuffer.isView(value)) {
		const array = value as TypedArray;
		return `${array.constructor.name}(${array.length}) [${array.slice(0, 3)}, ..., ${array.at(-1)}]`;
	}
	if (Array.isArray(value)) return `[${value.map(brief).join(", ")}]`.slice(0, 300);
	const text = typeof value === "object" ? JSON.stringify(value, (_, item) => `${item}`) : String(value);
	return `${text}`.slice(0, 100);
}
