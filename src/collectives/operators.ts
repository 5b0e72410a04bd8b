import { ArgumentError } from "../base/errors.ts";
import { applyElementwise, type CombineInto, type Expressions, elementwise } from "./elementwise.ts";

/** How a reduction makes one value of two. MPI_Op, MPI 4.1 §6.9.2. */
export interface Operator {
	/** As error messages and MPI call it: "SUM". */
	readonly name: string;
	/** Whether a reduction may apply it in another order than that of the ranks. */
	readonly commutative: boolean;
	/** A new value; `a` and `b` stay as they are. */
	readonly apply: (a: unknown, b: unknown) => unknown;
	/** The same on typed arrays, into memory that the reduction owns. Exactly commutative, bit by bit. @internal */
	readonly combineInto?: CombineInto;
}

/**
 * A user's reduction: applied in rank order, ((r0 op r1) op r2) ..., whatever the root and the algorithm. It must not
 * change its arguments.
 */
export type ReduceFunction<T> = (a: T, b: T) => T;

/** The operator on single values: each family of types that it takes. */
interface Scalars {
	readonly number: (a: number, b: number) => number;
	readonly bigint: (a: bigint, b: bigint) => bigint;
	readonly boolean?: (a: boolean, b: boolean) => boolean;
	/** What the operator takes, for its error message. */
	readonly takes: string;
}

function operandText(value: unknown): string {
	if (value === null) return "null";
	if (typeof value !== "object") return typeof value;
	return Array.isArray(value) ? "an array" : `a ${value.constructor?.name ?? "value without prototype"}`;
}

function builtIn(name: string, scalars: Scalars, expressions: Expressions): Operator {
	const combineInto = elementwise(name, expressions);
	const apply = (a: unknown, b: unknown): unknown => {
		if (typeof a === "number" && typeof b === "number") return scalars.number(a, b);
		if (typeof a === "bigint" && typeof b === "bigint") return scalars.bigint(a, b);
		if (typeof a === "boolean" && typeof b === "boolean" && scalars.boolean) return scalars.boolean(a, b);
		const arrays = applyElementwise(combineInto, a, b);
		if (arrays !== undefined) return arrays;
		throw new ArgumentError(
			"ERR_TYPE",
			`Cannot apply ${name} to ${operandText(a)} and ${operandText(b)}: ${name} takes two ${scalars.takes} of the same type`,
		);
	};
	return Object.freeze({ name, commutative: true, apply, combineInto });
}

const ANY_NUMBERS = "numbers, bigints or typed arrays";
const ANY_TRUTHS = "booleans, numbers, bigints or typed arrays";
const ANY_BITS = "32-bit integers, bigints or integer arrays";

/** Sum. Integer arrays wrap around as their type does. MPI_SUM. */
export const SUM: Operator = builtIn(
	"SUM",
	{ number: (a, b) => a + b, bigint: (a, b) => a + b, takes: ANY_NUMBERS },
	{ float: "x + y", integer: "x + y", bigint: "x + y" },
);

/** Product. Integer arrays wrap around as their type does. MPI_PROD. */
export const PROD: Operator = builtIn(
	"PROD",
	{ number: (a, b) => a * b, bigint: (a, b) => a * b, takes: ANY_NUMBERS },
	// A product of two 32-bit integers has more digits than a double: imul keeps the low ones exact.
	{ float: "x * y", integer: "Math.imul(x, y)", bigint: "x * y" },
);

/** The smaller one; NaN if either is NaN. MPI_MIN. */
export const MIN: Operator = builtIn(
	"MIN",
	// biome-ignore lint/complexity/useMathMinMax: Math.min takes no bigint
	{ number: Math.min, bigint: (a, b) => (b < a ? b : a), takes: ANY_NUMBERS },
	{ float: "Math.min(x, y)", integer: "y < x ? y : x", bigint: "y < x ? y : x" },
);

/** The larger one; NaN if either is NaN. MPI_MAX. */
export const MAX: Operator = builtIn(
	"MAX",
	// biome-ignore lint/complexity/useMathMinMax: Math.max takes no bigint
	{ number: Math.max, bigint: (a, b) => (b > a ? b : a), takes: ANY_NUMBERS },
	{ float: "Math.max(x, y)", integer: "y > x ? y : x", bigint: "y > x ? y : x" },
);

/** Whether both are true: a boolean of booleans, else 1 or 0. MPI_LAND. */
export const LAND: Operator = builtIn(
	"LAND",
	{
		number: (a, b) => (a && b ? 1 : 0),
		bigint: (a, b) => (a && b ? 1n : 0n),
		boolean: (a, b) => a && b,
		takes: ANY_TRUTHS,
	},
	{ float: "x && y ? 1 : 0", integer: "x && y ? 1 : 0", bigint: "x && y ? 1n : 0n" },
);

/** Whether one or both are true: a boolean of booleans, else 1 or 0. MPI_LOR. */
export const LOR: Operator = builtIn(
	"LOR",
	{
		number: (a, b) => (a || b ? 1 : 0),
		bigint: (a, b) => (a || b ? 1n : 0n),
		boolean: (a, b) => a || b,
		takes: ANY_TRUTHS,
	},
	{ float: "x || y ? 1 : 0", integer: "x || y ? 1 : 0", bigint: "x || y ? 1n : 0n" },
);

/** Whether exactly one is true: a boolean of booleans, else 1 or 0. MPI_LXOR. */
export const LXOR: Operator = builtIn(
	"LXOR",
	{
		number: (a, b) => (!a !== !b ? 1 : 0),
		bigint: (a, b) => (!a !== !b ? 1n : 0n),
		boolean: (a, b) => a !== b,
		takes: ANY_TRUTHS,
	},
	{ float: "!x !== !y ? 1 : 0", integer: "!x !== !y ? 1 : 0", bigint: "!x !== !y ? 1n : 0n" },
);

/** JavaScript's bit operators cut numbers to 32 bits silently: refuse what they would change. */
function bits(name: string, apply: (a: number, b: number) => number) {
	return (a: number, b: number): number => {
		for (const value of [a, b]) {
			if (value !== (value | 0)) {
				const allowed = "numbers are integers from -2147483648 to 2147483647, use bigint beyond";
				throw new ArgumentError("ERR_TYPE", `Cannot apply ${name} to ${value}: ${allowed}`);
			}
		}
		return apply(a, b);
	};
}

/** Bitwise and. Numbers are 32-bit integers. MPI_BAND. */
export const BAND: Operator = builtIn(
	"BAND",
	{ number: bits("BAND", (a, b) => a & b), bigint: (a, b) => a & b, takes: ANY_BITS },
	{ integer: "x & y", bigint: "x & y" },
);

/** Bitwise or. Numbers are 32-bit integers. MPI_BOR. */
export const BOR: Operator = builtIn(
	"BOR",
	{ number: bits("BOR", (a, b) => a | b), bigint: (a, b) => a | b, takes: ANY_BITS },
	{ integer: "x | y", bigint: "x | y" },
);

/** Bitwise exclusive or. Numbers are 32-bit integers. MPI_BXOR. */
export const BXOR: Operator = builtIn(
	"BXOR",
	{ number: bits("BXOR", (a, b) => a ^ b), bigint: (a, b) => a ^ b, takes: ANY_BITS },
	{ integer: "x ^ y", bigint: "x ^ y" },
);

type Comparable = number | bigint;

/** What MINLOC and MAXLOC reduce: a value and where it is, usually the rank. */
export interface Located {
	/** What is compared. */
	readonly value: Comparable;
	/** Where it was found, the rank for example. The lower one wins where values are equal. */
	readonly index: number;
}

function isComparable(value: unknown): value is Comparable {
	return typeof value === "number" || typeof value === "bigint";
}

function located(name: string, item: unknown): Located {
	const [value, index]: readonly unknown[] = Array.isArray(item)
		? item
		: typeof item === "object" && item !== null
			? [(item as Partial<Located>).value, (item as Partial<Located>).index]
			: [];
	if (isComparable(value) && typeof index === "number") return { value, index };
	throw new ArgumentError(
		"ERR_TYPE",
		`Cannot apply ${name} to ${operandText(item)}: ${name} takes { value, index } or [value, index], both numbers`,
	);
}

/** `wins` says whether its first argument is strictly better. NaN wins, as in MIN and MAX. */
function locating(name: string, wins: (a: Comparable, b: Comparable) => boolean): Operator {
	const better = (a: Located, b: Located): boolean => {
		if (Number.isNaN(a.value) !== Number.isNaN(b.value)) return Number.isNaN(a.value);
		if (wins(a.value, b.value)) return true;
		if (wins(b.value, a.value)) return false;
		return a.index <= b.index;
	};
	const apply = (a: unknown, b: unknown): unknown => {
		const winner = better(located(name, a), located(name, b)) ? a : b;
		const { value, index } = located(name, winner);
		return Array.isArray(winner) ? [value, index] : { value, index };
	};
	return Object.freeze({ name, commutative: true, apply });
}

/** The smallest value and its index; of equal values the lowest index. MPI_MINLOC, on `{ value, index }` or pairs. */
export const MINLOC: Operator = locating("MINLOC", (a, b) => a < b);

/** The largest value and its index; of equal values the lowest index. MPI_MAXLOC, on `{ value, index }` or pairs. */
export const MAXLOC: Operator = locating("MAXLOC", (a, b) => a > b);

export function isOperator(op: unknown): op is Operator {
	return typeof op === "object" && op !== null && typeof (op as Partial<Operator>).apply === "function";
}

/**
 * The operator that `op` stands for: itself, or a function, which is then taken as neither commutative nor associative.
 *
 * @throws {ArgumentError} ERR_OP for anything else.
 */
export function asOperator<T>(op: Operator | ReduceFunction<T>): Operator {
	if (isOperator(op)) return op;
	if (typeof op !== "function") {
		throw new ArgumentError(
			"ERR_OP",
			`Cannot reduce with ${operandText(op)}: op is an operator such as SUM, or a function (a, b) => c`,
		);
	}
	const name = op.name || "op";
	const apply = (a: unknown, b: unknown): unknown => {
		const result: unknown = op(a as T, b as T);
		if (result instanceof Promise) {
			// Nobody else will look at it, and its rejection would end the process.
			result.catch(() => undefined);
			throw new ArgumentError(
				"ERR_OP",
				`Cannot reduce with ${name}: it returns a promise, op must not be async`,
			);
		}
		return result;
	};
	return { name, commutative: false, apply };
}
