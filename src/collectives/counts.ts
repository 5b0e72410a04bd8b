import { ArgumentError } from "../base/errors.ts";
import { isTypedArray, type TypedArray } from "../wire/payload.ts";

export function checkTypedArray(action: string, array: unknown): asserts array is TypedArray {
	if (isTypedArray(array)) return;
	const type = typeof array === "object" && array !== null ? `a ${array.constructor?.name}` : typeof array;
	throw new ArgumentError("ERR_TYPE", `Cannot ${action} ${type}: a typed array is needed`);
}

function checkNumbers(
	action: string,
	what: string,
	numbers: unknown,
	size: number,
): asserts numbers is ArrayLike<number> {
	const length = (numbers as Partial<ArrayLike<number>> | undefined)?.length;
	if (length !== size) {
		const given = length === undefined ? `without ${what}` : `with ${length} ${what}`;
		throw new ArgumentError("ERR_COUNT", `Cannot ${action} ${given}: one per rank is needed, ${size}`);
	}
}

/** Where the parts that come in go, as the caller knows it; both may be left out, for the parts tell their lengths. */
export interface Layout {
	/** Elements that come from each rank. */
	readonly counts?: ArrayLike<number> | undefined;
	/** Where each rank's part begins in the result. Default: where the part before ends. */
	readonly displs?: ArrayLike<number> | undefined;
}

/** Throws unless the layout has one number per rank, none negative. */
export function checkLayout(action: string, { counts, displs }: Layout, size: number): void {
	for (const [what, numbers] of [["counts", counts] as const, ["displacements", displs] as const]) {
		if (numbers === undefined) continue;
		checkNumbers(action, what, numbers, size);
		const wrong = Array.from(numbers).find((number) => !Number.isInteger(number) || number < 0);
		if (wrong === undefined) continue;
		throw new ArgumentError("ERR_COUNT", `Cannot ${action} with ${wrong} in ${what}: they are 0 or more`);
	}
}

/** Throws if the part of a rank has another length than the layout says. */
export function checkPart(action: string, { counts }: Layout, rank: number, length: number): void {
	const expected = counts?.[rank];
	if (expected === undefined || expected === length) return;
	throw new ArgumentError(
		"ERR_COUNT",
		`Cannot ${action} ${length} elements of rank ${rank}: its count is ${expected}`,
	);
}

/**
 * The part of `array` that each rank gets, as views: `counts[i]` elements from `displs[i]`, or from where the part
 * before ended.
 *
 * @throws {ArgumentError} unless there is one count per rank and every part lies inside the array.
 */
export function cut(
	action: string,
	array: unknown,
	counts: ArrayLike<number> | undefined,
	displs: ArrayLike<number> | undefined,
	size: number,
): TypedArray[] {
	checkTypedArray(action, array);
	checkNumbers(action, "counts", counts, size);
	if (displs !== undefined) checkNumbers(action, "displacements", displs, size);
	let end = 0;
	return Array.from(counts, (count, rank) => {
		const start = displs === undefined ? end : (displs[rank] ?? 0);
		end = start + count;
		const whole = Number.isInteger(start) && Number.isInteger(count) && start >= 0 && count >= 0;
		if (!whole || end > array.length) {
			const allowed = `counts and displacements lie inside the array of ${array.length}`;
			throw new ArgumentError(
				"ERR_COUNT",
				`Cannot ${action} ${count} elements from ${start} for rank ${rank}: ${allowed}`,
			);
		}
		return array.subarray(start, end);
	});
}
