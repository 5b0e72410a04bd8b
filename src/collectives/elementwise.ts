import { ArgumentError } from "../base/errors.ts";
import { isTypedArray, type TypedArray } from "../wire/payload.ts";

/** `accumulator[i] = accumulator[i] op other[i]` for every i. */
export type CombineInto = (accumulator: TypedArray, other: TypedArray) => void;

/** One operator on elements `x` and `y`, as JavaScript for each family of element types. */
export interface Expressions {
	/** Float32Array, Float64Array; absent where the operator takes integers only. */
	readonly float?: string;
	/** Every integer array that holds numbers. */
	readonly integer: string;
	/** BigInt64Array, BigUint64Array. */
	readonly bigint: string;
}

/** "Float64Array"; Uint8Array for a Buffer. */
function elementType(array: TypedArray): string {
	return array[Symbol.toStringTag];
}

function arrayText(array: TypedArray): string {
	return `${array.constructor.name}(${array.length})`;
}

function checkAlike(name: string, a: TypedArray, b: TypedArray): void {
	const alike = elementType(a) === elementType(b);
	if (alike && a.length === b.length) return;
	throw new ArgumentError(
		alike ? "ERR_COUNT" : "ERR_TYPE",
		`Cannot apply ${name} to ${arrayText(a)} and ${arrayText(b)}: every rank passes the same type and length`,
	);
}

/**
 * The element-wise form of an operator.
 *
 * Each element type gets a loop compiled for it alone. One loop that has seen more than four types is never fast again
 * in V8 (60 ns per element instead of 1.4), and neither closures nor equal source texts have types of their own: hence
 * the source made here, with the type's name in it.
 */
export function elementwise(name: string, expressions: Expressions): CombineInto {
	const loops = new Map<unknown, CombineInto>();
	return (accumulator, other) => {
		checkAlike(name, accumulator, other);
		let loop = loops.get(accumulator.constructor);
		if (loop === undefined) {
			loop = compile(name, expressions, accumulator);
			loops.set(accumulator.constructor, loop);
		}
		loop(accumulator, other);
	};
}

function compile(name: string, expressions: Expressions, array: TypedArray): CombineInto {
	const type = elementType(array);
	const family = type.startsWith("Big") ? "bigint" : type.startsWith("Float") ? "float" : "integer";
	const expression = expressions[family];
	if (expression === undefined) {
		throw new ArgumentError("ERR_TYPE", `Cannot apply ${name} to ${type}: ${name} takes integers`);
	}
	return new Function(
		"a",
		"b",
		`// ${name} ${array.constructor.name}
		for (let i = 0; i < a.length; i++) {
			const x = a[i], y = b[i];
			a[i] = ${expression};
		}`,
	) as CombineInto;
}

/** Fresh memory of the same type with the same elements. A Buffer's own `slice` would be a view. */
export function copyArray<T extends TypedArray>(array: T): T {
	return (Buffer.isBuffer(array) ? Buffer.from(array) : array.slice()) as T;
}

/** The operator on two arrays without changing either, or undefined if these are not two typed arrays. */
export function applyElementwise(combineInto: CombineInto, a: unknown, b: unknown): TypedArray | undefined {
	if (!isTypedArray(a) || !isTypedArray(b)) return undefined;
	const result = copyArray(a);
	combineInto(result, b);
	return result;
}
