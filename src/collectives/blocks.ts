import { ArgumentError } from "../base/errors.ts";
import { bytesOf, isTypedArray, type TypedArray } from "../wire/payload.ts";
import { checkPart, type Layout } from "./counts.ts";
import { emptyLike } from "./exchange.ts";

/** Where block `index` begins when `length` elements are cut into `count` blocks that differ by at most one. */
export function blockStart(length: number, count: number, index: number): number {
	return Math.floor((length * index) / count);
}

/** Blocks `first` up to but not including `end` of `count`, as a view. */
export function blockView(array: TypedArray, count: number, first: number, end: number): TypedArray {
	return array.subarray(blockStart(array.length, count, first), blockStart(array.length, count, end));
}

/** Copies `source` over all of `target`, which must be of the same type and length. */
export function copyInto(target: TypedArray, source: unknown, action: string, from: number): void {
	const alike =
		isTypedArray(source) &&
		source[Symbol.toStringTag] === target[Symbol.toStringTag] &&
		source.length === target.length;
	if (!alike) {
		const got = isTypedArray(source) ? `${source.constructor.name}(${source.length})` : typeof source;
		const wanted = `${target.constructor.name}(${target.length})`;
		const rule = "every rank passes the same type and length";
		throw new ArgumentError(
			"ERR_COUNT",
			`Cannot ${action}: rank ${from} sent ${got} instead of ${wanted}, ${rule}`,
		);
	}
	bytesOf(target).set(bytesOf(source));
}

/** One array of the elements of all, in order. Every rank's array has the same type. */
export function concatenate(arrays: readonly unknown[], action: string): TypedArray {
	return arrange(arrays, action, {});
}

/** One array of the elements of all, each rank's where the layout puts them; 0 in the gaps. */
export function arrange(arrays: readonly unknown[], action: string, layout: Layout): TypedArray {
	const [first] = arrays;
	const starts: number[] = [];
	let length = 0;
	let end = 0;
	for (const [source, array] of arrays.entries()) {
		if (!isTypedArray(array)) {
			throw new ArgumentError(
				"ERR_TYPE",
				`Cannot ${action} a ${typeof array} of rank ${source}: pass a typed array`,
			);
		}
		if (array[Symbol.toStringTag] !== (first as TypedArray)[Symbol.toStringTag]) {
			const types = `${(first as TypedArray).constructor.name} of rank 0 and ${array.constructor.name} of rank ${source}`;
			throw new ArgumentError("ERR_TYPE", `Cannot ${action} ${types}: every rank passes the same type`);
		}
		checkPart(action, layout, source, array.length);
		const start = layout.displs?.[source] ?? end;
		starts.push(start);
		end = start + array.length;
		length = Math.max(length, end);
	}
	const result = emptyLike(first as TypedArray, length);
	const bytes = bytesOf(result);
	for (const [source, array] of (arrays as readonly TypedArray[]).entries()) {
		bytes.set(bytesOf(array), (starts[source] ?? 0) * array.BYTES_PER_ELEMENT);
	}
	return result;
}
