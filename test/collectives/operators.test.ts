import test from "ava";
import {
	asOperator,
	BAND,
	BOR,
	BXOR,
	LAND,
	LOR,
	LXOR,
	MAX,
	MAXLOC,
	MIN,
	MINLOC,
	type Operator,
	PROD,
	SUM,
} from "../../src/collectives/operators.ts";
import { numberArrays } from "../support/values.ts";

const scalars: readonly (readonly [operator: Operator, a: unknown, b: unknown, result: unknown])[] = [
	[SUM, 2, 3, 5],
	[SUM, 2n ** 70n, 1n, 2n ** 70n + 1n],
	[PROD, 2, 3, 6],
	[PROD, 2n, 3n, 6n],
	[MIN, 2, 3, 2],
	[MIN, 3n, 2n, 2n],
	[MIN, 1, Number.NaN, Number.NaN],
	[MAX, 2, 3, 3],
	[MAX, 3n, 2n, 3n],
	[MAX, Number.NaN, 1, Number.NaN],
	[LAND, true, false, false],
	[LAND, 2, 3, 1],
	[LAND, 2n, 0n, 0n],
	[LOR, true, false, true],
	[LOR, 0, 0, 0],
	[LOR, 0n, 5n, 1n],
	[LXOR, true, true, false],
	[LXOR, 2, 0, 1],
	[LXOR, 2n, 3n, 0n],
	[BAND, 6, 3, 2],
	[BAND, 2n ** 70n + 1n, 3n, 1n],
	[BOR, 6, 3, 7],
	[BOR, 4n, 1n, 5n],
	[BXOR, 6, 3, 5],
	[BXOR, -1, 1, -2],
	[BXOR, 6n, 3n, 5n],
];

test("operators on numbers, bigints and booleans", (t) => {
	for (const [operator, a, b, result] of scalars) {
		t.is(operator.apply(a, b), result, `${operator.name} of ${a} and ${b}`);
	}
});

const arithmetic: readonly (readonly [operator: Operator, result: readonly number[]])[] = [
	[SUM, [5, 7, 0]],
	[PROD, [6, 6, 0]],
	[MIN, [2, 1, 0]],
	[MAX, [3, 6, 0]],
	[LAND, [1, 1, 0]],
	[LOR, [1, 1, 0]],
	[LXOR, [0, 0, 0]],
];

const bitwise: readonly (readonly [operator: Operator, result: readonly number[]])[] = [
	[BAND, [2, 0, 0]],
	[BOR, [3, 7, 0]],
	[BXOR, [1, 7, 0]],
];

test("operators on every type of array work element by element and change neither argument", (t) => {
	for (const type of numberArrays) {
		const isFloat = type === Float32Array || type === Float64Array;
		for (const [operator, result] of isFloat ? arithmetic : [...arithmetic, ...bitwise]) {
			const a = type.of(2, 6, 0);
			const b = type.of(3, 1, 0);
			t.deepEqual(operator.apply(a, b), type.from(result), `${operator.name} of ${type.name}`);
			t.deepEqual([a, b], [type.of(2, 6, 0), type.of(3, 1, 0)]);
		}
	}
	for (const type of [BigInt64Array, BigUint64Array]) {
		for (const [operator, result] of [...arithmetic, ...bitwise]) {
			const value = operator.apply(type.of(2n, 6n, 0n), type.of(3n, 1n, 0n));
			t.deepEqual(value, type.from(result.map(BigInt)), `${operator.name} of ${type.name}`);
		}
	}
});

test("SUM and PROD of integer arrays wrap around exactly as their type does", (t) => {
	t.deepEqual(SUM.apply(Int8Array.of(127), Int8Array.of(1)), Int8Array.of(-128));
	t.deepEqual(PROD.apply(Uint32Array.of(0xffffffff), Uint32Array.of(0xfffffff1)), Uint32Array.of(15));
	t.deepEqual(PROD.apply(Int32Array.of(123_456_789), Int32Array.of(987_654_321)), Int32Array.of(-67_153_019));
	t.deepEqual(PROD.apply(Uint8ClampedArray.of(20), Uint8ClampedArray.of(20)), Uint8ClampedArray.of(255));
});

test("MIN and MAX of float arrays: NaN wins", (t) => {
	const [a, b] = [Float64Array.of(1, Number.NaN), Float64Array.of(Number.NaN, 1)];
	// As numbers: the bits of NaN differ from one processor instruction to another.
	for (const { apply } of [MIN, MAX]) {
		t.deepEqual(Array.from(apply(a, b) as Float64Array), [Number.NaN, Number.NaN]);
	}
});

test("operators on Buffers do not write to either", (t) => {
	const [a, b] = [Buffer.from([1, 2]), Buffer.from([3, 4])];
	t.deepEqual(SUM.apply(a, b), Buffer.from([4, 6]));
	t.deepEqual(a, Buffer.from([1, 2]));
});

test("MINLOC and MAXLOC: of equal values the lowest index, on objects and on pairs", (t) => {
	t.deepEqual(MINLOC.apply({ value: 1, index: 4 }, { value: 1, index: 2 }), { value: 1, index: 2 });
	t.deepEqual(MAXLOC.apply({ value: 1, index: 2 }, { value: 1, index: 4 }), { value: 1, index: 2 });
	t.deepEqual(MINLOC.apply([5, 0], [3, 1]), [3, 1]);
	t.deepEqual(MAXLOC.apply([5n, 0], [3n, 1]), [5n, 0]);
	t.deepEqual(MAXLOC.apply({ value: 9, index: 0 }, { value: Number.NaN, index: 3 }), {
		value: Number.NaN,
		index: 3,
	});
	t.deepEqual(MINLOC.apply([Number.NaN, 3], [Number.NaN, 1]), [Number.NaN, 1]);
});

const refused: readonly (readonly [
	operator: Operator,
	a: unknown,
	b: unknown,
	code: string,
	message: string,
])[] = [
	[SUM, 1, 2n, "ERR_TYPE", "number and bigint"],
	[SUM, "a", "b", "ERR_TYPE", "string and string"],
	[SUM, [1], [2], "ERR_TYPE", "an array and an array"],
	[SUM, undefined, 1, "ERR_TYPE", "undefined and number"],
	[SUM, true, true, "ERR_TYPE", "boolean and boolean"],
	[SUM, new Float64Array(2), new Float32Array(2), "ERR_TYPE", "Float64Array(2) and Float32Array(2)"],
	[SUM, new Float64Array(2), new Float64Array(3), "ERR_COUNT", "Float64Array(2) and Float64Array(3)"],
	[SUM, new Float64Array(2), 1, "ERR_TYPE", "a Float64Array and number"],
	[BAND, new Float64Array(2), new Float64Array(2), "ERR_TYPE", "Float64Array: BAND takes integers"],
	[BAND, 1.5, 1, "ERR_TYPE", "BAND to 1.5"],
	[BOR, 1, 2 ** 32, "ERR_TYPE", "BOR to 4294967296"],
	[LAND, true, 1, "ERR_TYPE", "boolean and number"],
	[MINLOC, 1, 2, "ERR_TYPE", "number: MINLOC takes { value, index } or [value, index]"],
	[MAXLOC, ["a", 1], ["b", 2], "ERR_TYPE", "an array"],
	[MAXLOC, null, null, "ERR_TYPE", "null"],
];

test("operators refuse what they cannot combine, naming both", (t) => {
	for (const [operator, a, b, code, message] of refused) {
		const error = t.throws(() => operator.apply(a, b), { code }, `${operator.name} ${message}`);
		t.true(error?.message.startsWith(`Cannot apply ${operator.name} to `), error?.message);
		t.true(error?.message.includes(message), error?.message);
	}
});

test("asOperator() takes operators and functions, and nothing else", (t) => {
	t.is(asOperator(SUM), SUM);
	const longest = asOperator(function longest(a: string, b: string) {
		return a.length >= b.length ? a : b;
	});
	t.is(longest.name, "longest");
	t.false(longest.commutative);
	t.is(longest.apply("ab", "c"), "ab");
	for (const op of [undefined, "SUM", 5, {}, null]) {
		t.throws(() => asOperator(op as never), {
			code: "ERR_OP",
			message: /^Cannot reduce with .*: op is an operator/,
		});
	}
});

test("asOperator() refuses async functions when they are applied", (t) => {
	const operator = asOperator(async () => {
		throw new Error("nobody sees this");
	});
	t.throws(() => operator.apply(1, 2), { code: "ERR_OP", message: /must not be async/ });
});
