import test from "ava";
import { checkRequest } from "../../../src/llama/engine/request.ts";

const schema = { type: "object", properties: { a: { const: 1 } }, required: ["a"] };

test("checkRequest() makes a grammar of a JSON schema, unless the server reads schemas itself", (t) => {
	const { sampling } = checkRequest("a", { sampling: { jsonSchema: schema } });
	t.true(sampling.grammar?.startsWith("root ::= "));
	t.is(sampling.jsonSchema, undefined);
	const kept = checkRequest("a", { sampling: { jsonSchema: { not: {} } } }, { schemas: true });
	t.deepEqual([kept.sampling.jsonSchema, kept.sampling.grammar], [{ not: {} }, undefined]);
	t.is(checkRequest("a", { sampling: { topK: 1 } }).sampling.grammar, undefined);
});

const MISTAKES: readonly (readonly [object, RegExp])[] = [
	[
		{ jsonSchema: { not: {} } },
		/^Cannot run a request: the JSON schema cannot be used: "not" at # is not supported$/,
	],
	[{ jsonSchema: schema, grammar: 'root ::= "a"' }, /a grammar and a jsonSchema/],
	[
		{ grammar: "root ::= item" },
		/^Cannot run a request: the grammar cannot be used: .*"item", which is not there$/,
	],
];
for (const [sampling, problem] of MISTAKES) {
	test(`checkRequest() refuses ${JSON.stringify(sampling)}`, (t) => {
		t.throws(() => checkRequest("a", { sampling }), { code: "ERR_ARG", message: problem });
	});
}
