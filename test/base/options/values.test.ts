import test from "ava";
import { describeMistake, type Mistake } from "../../../src/base/options/mistake.ts";
import { OptionValues } from "../../../src/base/options/values.ts";

const refuse = (mistake: Mistake) => new Error(describeMistake(mistake));

/** The values of an option "x" that is given once for each text. */
function given(...texts: string[]): OptionValues<"x" | "y"> {
	const row = { name: "x", value: "X", describe: "" } as const;
	return new OptionValues(
		texts.map((value) => ({ row, word: "--x", value })),
		refuse,
	);
}

test("OptionValues gives undefined for what is not there, and the last of several", (t) => {
	t.false(given().has("x"));
	t.is(given().text("x"), undefined);
	t.is(given("1").integer("y", { least: 0 }), undefined);
	t.is(given("1").milliseconds("y"), undefined);
	t.is(given("a").choice("y", ["a"]), undefined);
	t.deepEqual(given().all("x"), []);
	t.deepEqual(given().words("x"), []);
	t.true(given("").has("x"));
	t.is(given("1", "2").text("x"), "2");
	t.deepEqual(given("1", "2").all("x"), ["1", "2"]);
});

test("OptionValues reads numbers, choices, times and words", (t) => {
	t.is(given("+7").integer("x", { least: 0 }), 7);
	t.is(given("1e3").number("x", { least: 0, most: 2000 }), 1000);
	t.is(given("b").choice("x", ["a", "b"]), "b");
	t.is(given(".25").milliseconds("x"), 250);
	t.is(given("3.").milliseconds("x"), 3000);
	t.is(given("0.0001").milliseconds("x"), 1, "above 0 is never no time at all");
	t.is(given("0").milliseconds("x", { zero: true }), 0);
	t.deepEqual(given("a 'b c'").words("x"), ["a", "b c"]);
	t.is(
		given("abc").parsed("x", "a text", (text) => text.length),
		3,
	);
});

for (const [text, read, message] of [
	["1.0", (v: Values) => v.integer("x", { least: 1 }), "it takes a whole number from 1 up"],
	["9", (v: Values) => v.integer("x", { least: 1, most: 8 }), "it takes a whole number from 1 to 8"],
	["1e99", (v: Values) => v.integer("x", { least: 1 }), "it takes a whole number from 1 up"],
	[" ", (v: Values) => v.number("x", { least: 0, most: 1 }), "it takes a number from 0 to 1"],
	["c", (v: Values) => v.choice("x", ["a", "b"]), "it takes a, b"],
	["0", (v: Values) => v.milliseconds("x"), "it takes seconds above 0, up to 2147483"],
	["1m", (v: Values) => v.milliseconds("x", { zero: true }), "it takes seconds from 0, up to 2147483"],
	["2147484", (v: Values) => v.milliseconds("x"), "it takes seconds above 0, up to 2147483"],
	["z", (v: Values) => v.parsed("x", "no letters", () => undefined), "it takes no letters"],
] as const) {
	test(`OptionValues refuses "${text}" where ${message}`, (t) => {
		t.throws(() => read(given(text)), { message: `Cannot use -x ${text}: ${message}` });
	});
}

type Values = ReturnType<typeof given>;
