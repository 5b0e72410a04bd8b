/** A value under a name for messages; made anew by each call, so that nobody sees another's memory. */
export type Sample = readonly [name: string, make: () => unknown];

/** The typed arrays whose elements are numbers. */
export const numberArrays = [
	Int8Array,
	Uint8Array,
	Uint8ClampedArray,
	Int16Array,
	Uint16Array,
	Int32Array,
	Uint32Array,
	Float32Array,
	Float64Array,
] as const;
const bigArrayTypes = [BigInt64Array, BigUint64Array] as const;

/** What travels as its own bytes. */
export const rawSamples: readonly Sample[] = [
	...numberArrays.flatMap((ArrayType): Sample[] => [
		[ArrayType.name, () => ArrayType.of(1, 2, 127)],
		[`empty ${ArrayType.name}`, () => new ArrayType(0)],
		[`${ArrayType.name} inside of a larger buffer`, () => ArrayType.of(9, 8, 7, 6, 5).subarray(1, 4)],
		[`${ArrayType.name} of 5000 elements`, () => new ArrayType(5000).fill(3)],
	]),
	...bigArrayTypes.flatMap((ArrayType): Sample[] => [
		[ArrayType.name, () => ArrayType.of(1n, 2n ** 62n)],
		[`empty ${ArrayType.name}`, () => new ArrayType(0)],
		[`${ArrayType.name} inside of a larger buffer`, () => ArrayType.of(9n, 8n, 7n).subarray(1)],
	]),
	["Float64Array of special numbers", () => Float64Array.of(-0, NaN, Infinity, -Infinity, 5e-324)],
	["ArrayBuffer", () => Uint8Array.of(1, 2, 3).buffer],
	["empty ArrayBuffer", () => new ArrayBuffer(0)],
	["Buffer", () => Buffer.from("tsmpi")],
	["empty Buffer", () => Buffer.alloc(0)],
	["Buffer of 5000 bytes", () => Buffer.alloc(5000, "x")],
];

function cyclic(): unknown {
	const object: Record<string, unknown> = { name: "ring" };
	object.self = object;
	const list: unknown[] = [object];
	list.push(list);
	object.list = list;
	const map = new Map<unknown, unknown>();
	map.set("map", map);
	const set = new Set<unknown>();
	set.add(set);
	return [object, map, set];
}

/** What travels packed. */
export const packedSamples: readonly Sample[] = [
	["undefined", () => undefined],
	["null", () => null],
	["true", () => true],
	["false", () => false],
	["0", () => 0],
	["-0", () => -0],
	["NaN", () => NaN],
	["-Infinity", () => -Infinity],
	["an integer beyond 32 bits", () => 2 ** 53 - 1],
	["a fraction", () => -1.25e-300],
	["0n", () => 0n],
	["bigints around 64 bits", () => [2n ** 63n - 1n, 2n ** 63n, 2n ** 64n, -(2n ** 63n), -(2n ** 63n) - 1n]],
	["a bigint of 2000 bits", () => -(3n ** 1262n)],
	["an empty string", () => ""],
	["a string of many alphabets", () => "ascii, é, 日本語, 😀, \0"],
	["a long string", () => "αβγ".repeat(400_000)],
	["an empty object", () => ({})],
	["an empty array", () => []],
	["undefined in an object and in an array", () => ({ a: undefined, b: [undefined, null] })],
	["nested objects", () => ({ a: [1, { b: ["c", { d: null }] }], "key with spaces": 1, "": 2, 7: 3 })],
	["an object of 300 keys", () => Object.fromEntries(Array.from({ length: 300 }, (_, i) => [`key${i}`, i]))],
	["an array of 70000 numbers", () => Array.from({ length: 70_000 }, (_, i) => i * 3)],
	[
		"a Map",
		() =>
			new Map<unknown, unknown>([
				["a", 1],
				[{ b: 2 }, new Map([[1n, "c"]])],
			]),
	],
	["a Set", () => new Set<unknown>([1, "a", undefined, new Set([2])])],
	["a Date", () => new Date(1_700_000_000_123)],
	["a Date before 1970", () => new Date(-12_345)],
	["an Error with its cause", () => new RangeError("too far", { cause: new TypeError("why") })],
	["an AggregateError", () => new AggregateError([new Error("one"), new Error("two")], "both")],
	["a RegExp", () => /a+b/giu],
	[
		"nested typed arrays",
		() => ({ floats: Float64Array.of(-0, NaN), list: [BigInt64Array.of(-1n), new Int8Array(0)] }),
	],
	["a nested Uint8Array", () => [Uint8Array.of(1, 2), { bytes: new Uint8Array(5000) }]],
	["a nested view of a larger buffer", () => [Uint16Array.of(1, 2, 3, 4).subarray(1, 3)]],
	["a nested ArrayBuffer", () => ({ buffer: Uint8Array.of(5, 6).buffer })],
	["a DataView", () => new DataView(Uint8Array.of(1, 2, 3).buffer)],
	["objects in circles", cyclic],
];

class Plain {
	readonly x = 1;
	get double(): number {
		return this.x * 2;
	}
}
class Register extends Map<string, number> {}

/** Objects of classes, and the plain values as which they arrive, as structuredClone would have it. */
export const classSamples: readonly (readonly [name: string, make: () => unknown, arrives: unknown])[] = [
	["an instance of a class", () => new Plain(), { x: 1 }],
	["a subclass of Map", () => [new Register([["a", 1]])], [new Map([["a", 1]])]],
	["an object without a prototype", () => Object.assign(Object.create(null), { a: 1 }), { a: 1 }],
	["a nested Buffer", () => [Buffer.from("ab")], [Uint8Array.of(97, 98)]],
	["an object with a symbol for a key", () => ({ a: 1, [Symbol("hidden")]: 2 }), { a: 1 }],
];

/** What cannot be packed, with the text that says so. */
export const unpackableSamples: readonly (readonly [name: string, make: () => unknown, text: RegExp])[] = [
	["a function", () => () => 1, /^Cannot send this function: it holds a function$/],
	["a class", () => Plain, /it holds a function$/],
	["a nested function", () => ({ a: [{ f() {} }] }), /^Cannot send this object: it holds a function$/],
	["a symbol", () => Symbol("s"), /^Cannot send this symbol/],
	["a nested symbol", () => [Symbol("s")], /symbol/],
	["a promise", () => Promise.resolve(1), /^Cannot send a Promise: await it first$/],
	[
		"a nested promise",
		() => ({ later: Promise.resolve(1) }),
		/^Cannot send this object: it holds a Promise$/,
	],
	["shared memory", () => new SharedArrayBuffer(8), /it holds a SharedArrayBuffer$/],
	["nested shared memory", () => [new SharedArrayBuffer(8)], /it holds a SharedArrayBuffer$/],
	["a WeakMap", () => new WeakMap(), /it holds a WeakMap$/],
	["a nested WeakRef", () => new Map([[1, new WeakRef({})]]), /it holds a WeakRef$/],
	["a generator", () => (function* () {})(), /it holds a/],
	["a Blob", () => [new Blob(["a"])], /it holds a Blob$/],
	[
		"a getter that throws",
		() => ({
			get a() {
				throw new Error("not today");
			},
		}),
		/^Cannot send this object: not today$/,
	],
	[
		"memory that was transferred away",
		transferred,
		/^Cannot send this Float64Array: its memory was transferred away$/,
	],
];

function transferred(): Float64Array {
	const array = new Float64Array(4);
	structuredClone(array, { transfer: [array.buffer] });
	return array;
}
