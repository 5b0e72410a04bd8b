import test from "ava";
import { grammarOf } from "../../../../src/llama/engine/grammar/grammar-of.ts";
import { matcher } from "../../support/grammar.ts";

/** An expression, and texts: whether one is matched as a whole decides a RegExp of the language. */
const EXPRESSIONS: Readonly<Record<string, readonly string[]>> = {
	"[0-9]{3}-[a-c]+": ["123-abc", "12-a", "123-d", "123-", ""],
	"(yes|no)( please)?": ["yes", "no please", "yes yes", "maybe"],
	"^a.c$": ["abc", "a\nc", 'a"c', "ac"],
	"\\w+@\\w+\\.com|\\d*": ["a_1@b.com", "12", "", "a@b_com"],
	"[^a-z]x": ["Ax", "ax", "-x", "éx"],
	"[\\]\\-^]+": ["]-^", "a"],
	"[-a]b": ["-b", "ab", "bb"],
	"(?:ab){2,}": ["ab", "abab", "ababab"],
	"(?<year>\\d{4})?!": ["2026!", "!", "20!"],
	"a{0}b": ["b", "ab"],
	"a{2}b{1,2}?": ["aab", "aabb", "aabbb", "ab"],
	"\\x41\\u00e9[\\d\\s]": ["Aé1", "Aé ", "Aéx"],
	"\\S\\W": ["a-", "ab", " -"],
	"😀+": ["😀😀", "a"],
};
for (const [source, texts] of Object.entries(EXPRESSIONS)) {
	test(`a regular expression as a grammar: ${source}`, async (t) => {
		const matches = await matcher(grammarOf({ kind: "regex", regex: source }));
		const whole = new RegExp(`^(?:${source})$`, "u");
		for (const text of texts) t.is(matches(text), whole.test(text), JSON.stringify(text));
	});
}

for (const source of [
	"(a",
	"a)",
	"a**",
	"[a",
	"(?!a)b",
	"\\1",
	"\\bx",
	"a{3,2}",
	"a{99999}",
	"[b-a]",
	"a^b",
	"*a",
	"(a*)*",
	"\\",
	"(".repeat(1000),
]) {
	test(`a regular expression that cannot be a grammar: ${source.slice(0, 20)}`, (t) => {
		t.throws(() => grammarOf({ kind: "regex", regex: source }), { code: "ERR_ARG" });
	});
}

test("choices as a grammar", async (t) => {
	const matches = await matcher(
		grammarOf({ kind: "choice", choice: ["yes", 'no "quote"\\', "line\nbreak", "é"] }),
	);
	for (const text of ["yes", 'no "quote"\\', "line\nbreak", "é"]) t.true(matches(text), text);
	for (const text of ["ye", "yesno", ""]) t.false(matches(text), text);
});
