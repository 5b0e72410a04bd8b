import { ArgumentError } from "../errors.ts";
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
