import { execFileSync } from "node:child_process";
import test from "ava";
import { splitWords } from "../../src/base/words.ts";

for (const text of [
	"-F config -o Port=22",
	"  a\tb  ",
	"",
	"-o 'ProxyCommand=nc %h %p' x",
	"-o \"a b\"c'd e'",
	"back\\ slash 'don'\\''t'",
	'"a \\" b" \'\' x',
	'"a\\nb"',
]) {
	test(`splitWords() reads ${JSON.stringify(text)} as a shell does`, (t) => {
		const words = execFileSync("bash", ["-c", `for word in ${text}; do printf '%s\\0' "$word"; done`]);
		t.deepEqual(
			splitWords(text, () => new Error(text)),
			words.toString().split("\0").slice(0, -1),
		);
	});
}

test("splitWords() throws its caller's error where a quote is not closed", (t) => {
	const error = new Error("a quote is not closed");
	for (const text of ["-o 'x", '"', "a b'"]) {
		t.is(
			t.throws(() => splitWords(text, () => error)),
			error,
		);
	}
});
