import { isTypedArray, type TypedArray } from "../wire/payload.ts";
import { copyArray } from "./elementwise.ts";
import type { Operator } from "./operators.ts";

/** `lower op own`, `lower` having been received: its memory is this call's own and takes the result where it can. */
export function combineLower(operator: Operator, lower: unknown, own: unknown): unknown {
	return combineReceived(operator, lower, own) ?? operator.apply(lower, own);
}

/** `own op higher`, `higher` having been received: its memory is this call's own and takes the result where it can. */
export function combineHigher(operator: Operator, own: unknown, higher: unknown): unknown {
	return combineReceived(operator, higher, own) ?? operator.apply(own, higher);
}

function combineReceived(operator: Operator, received: unknown, other: unknown): TypedArray | undefined {
	const { combineInto } = operator;
	if (combineInto === undefined || !isTypedArray(received) || !isTypedArray(other)) return undefined;
	// Either order of the arguments: these operators are exactly commutative.
	combineInto(received, other);
	return received;
}

/** ((v0 op v1) op v2) ..., the order that functions are promised. */
export function foldInOrder(operator: Operator, values: readonly unknown[]): unknown {
	return values.length === 1 ? ownCopy(values[0]) : values.reduce((a, b) => operator.apply(a, b));
}

/** The caller's value as a result: the caller may write to one and expect the other unchanged. */
export function ownCopy(value: unknown): unknown {
	return isTypedArray(value) ? copyArray(value) : value;
}

/** Whether the value is reduced element by element, so that its blocks may be reduced on different ranks. */
export function isElementwise(operator: Operator, value: unknown): value is TypedArray {
	return operator.combineInto !== undefined && isTypedArray(value);
}
