import test from "ava";
import {
	BOOLEAN,
	checkArgument,
	checkOptions,
	either,
	integerFrom,
	type Kind,
	type Kinds,
	listOf,
	numberFrom,
	objectWith,
	oneOf,
	optionsOf,
	SIGNAL,
	TEXT,
} from "../../src/base/check-types.ts";
import { ArgumentError } from "../../src/base/errors.ts";

interface Options {
	readonly name: string;
	readonly size?: number;
	readonly mode?: "fast" | "slow";
	readonly tags?: readonly string[];
	readonly limits?: { readonly most: number };
}
const KINDS: Kinds<Options> = {
	name: TEXT,
	size: integerFrom(1, 9),
	mode: oneOf("fast", "slow"),
	tags: listOf("a list of strings", TEXT),
	limits: optionsOf<{ most: number }>("{ most }", { most: numberFrom(0) }, ["most"]),
};

test("checkOptions() takes what is right, and what is left out or undefined", (t) => {
	for (const options of [
		{ name: "a" },
		{ name: "", size: 9, mode: "slow", tags: [], limits: { most: 0 } },
		{ name: "a", size: undefined, mode: undefined },
	]) {
		t.notThrows(() => checkOptions("do it", options, KINDS, ["name"]));
	}
	t.notThrows(() => checkOptions("do it", undefined, KINDS));
});

const MISTAKES: readonly (readonly [unknown, string])[] = [
	[{ name: "a", sise: 1 }, 'unknown option "sise": did you mean "size"?'],
	[{}, 'option "name" is missing: it must be a string'],
	[undefined, 'option "name" is missing: it must be a string'],
	[{ name: undefined, size: 1 }, 'option "name" is missing: it must be a string'],
	[{ name: null }, 'option "name" must be a string, not null'],
	[{ name: "a", size: "4" }, 'option "size" must be a whole number from 1 to 9, not "4"'],
	[{ name: "a", size: Number.NaN }, 'option "size" must be a whole number from 1 to 9, not NaN'],
	[{ name: "a", size: 10 }, 'option "size" must be a whole number from 1 to 9, not 10'],
	[{ name: "a", mode: "quick" }, 'option "mode" must be "fast" or "slow", not "quick"'],
	[{ name: "a", tags: "b" }, 'option "tags" must be a list of strings, not "b"'],
	[{ name: "a", tags: ["b", 1] }, 'option "tags" must be a list of strings, not an array'],
	[{ name: "a", limits: { most: 1, least: 0 } }, 'option "limits" must be { most }, not an object'],
	[{ name: "a", limits: {} }, 'option "limits" must be { most }, not an object'],
	["a", 'its options must be an object, not "a"'],
];
for (const [options, end] of MISTAKES) {
	test(`checkOptions() refuses ${JSON.stringify(options) ?? "nothing"}: ${end}`, (t) => {
		t.throws(() => checkOptions("do it", options, KINDS, ["name"]), {
			instanceOf: ArgumentError,
			code: "ERR_ARG",
			message: `Cannot do it: ${end}`,
		});
	});
}

test("checkArgument() names the argument, its value and what is allowed", (t) => {
	t.notThrows(() => checkArgument("do it", "path", "a", TEXT));
	t.throws(() => checkArgument("do it", "path", 7, TEXT), {
		instanceOf: ArgumentError,
		message: "Cannot do it: path must be a string, not 7",
	});
});

test("kinds accept what they say", (t) => {
	const cases: readonly (readonly [Kind, readonly unknown[], readonly unknown[]])[] = [
		[BOOLEAN, [true, false], [0, "true", undefined]],
		[numberFrom(), [0, -1.5, Number.POSITIVE_INFINITY], [Number.NaN, "1"]],
		[numberFrom(0), [0, 1], [-1, Number.NaN]],
		[integerFrom(0), [0, 2 ** 40], [0.5, Number.POSITIVE_INFINITY]],
		[either(oneOf("auto"), integerFrom(0)), ["auto", 3], ["max", -1]],
		[SIGNAL, [new AbortController().signal], [{}, "abort"]],
		[objectWith("a pair", "a", "b"), [{ a: undefined, b: 1 }], [{ a: 1 }, null, "ab"]],
	];
	for (const [kind, right, wrong] of cases) {
		for (const value of right) t.true(kind.accepts(value), kind.words);
		for (const value of wrong) t.false(kind.accepts(value), kind.words);
	}
	t.is(either(oneOf("auto", "max"), integerFrom(0)).words, '"auto" or "max" or a whole number from 0 up');
});
