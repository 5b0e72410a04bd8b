import test from "ava";
import { checkGrammar } from "../../../../src/llama/engine/grammar/check-grammar.ts";
import { matcher } from "../../support/grammar.ts";

const GOOD = [
	'root ::= "a"',
	'# a comment\nroot ::= item+ # more\nitem ::= [a-z] | "\\n" |\n  [^\\x00-\\x1F\\]]\n',
	'root ::= (\n  "a"\n  | "b"\n) tail\ntail ::= .{2,3} [0-9]{4} x-1{1,}\nx-1 ::= "x"',
	'root ::= "[" (root ("," root)*)? "]"',
	'root ::= "" | "a" root',
];
for (const grammar of GOOD) {
	test(`checkGrammar() takes ${JSON.stringify(grammar)}, as llama.cpp does`, async (t) => {
		t.notThrows(() => checkGrammar(grammar));
		await t.notThrowsAsync(matcher(grammar));
	});
}

const BAD: readonly (readonly [string, RegExp])[] = [
	["", /no rule "root"/],
	['start ::= "a"', /no rule "root"/],
	["root ::= item", /uses "item", which is not there/],
	['root ::= "a', /unknown, in line 1/],
	["root = 1", /"::=" is missing after "root"/],
	['root ::= ("a"', /"\)" is missing/],
	["root ::= [a", /unknown/],
	['root ::= root "a" | "b"', /"root" begins with itself/],
	['root ::= a\na ::= b "x"\nb ::= "y"? a', /begins with itself/],
	['root ::= ("a"?)*', /repeats without end/],
	['root ::= "a"{5,2}', /backwards/],
	['root ::= "a"{9999}', /more than 2000/],
	['root ::= "\\q"', /unknown/],
	[`root ::= ${"(".repeat(5000)}`, /100 deep/],
	["hello {", /"::=" is missing/],
];
for (const [grammar, problem] of BAD) {
	test(`checkGrammar() refuses ${JSON.stringify(grammar.slice(0, 40))}`, (t) => {
		t.throws(() => checkGrammar(grammar), { code: "ERR_ARG", message: problem });
	});
}
