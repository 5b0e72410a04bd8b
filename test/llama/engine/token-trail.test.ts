import test from "ava";
import { TokenTrail } from "../../../src/llama/engine/token-trail.ts";

test("each text has the tokens that it was made of, also several at once", (t) => {
	const trail = new TokenTrail();
	trail.add("a", [1]);
	t.deepEqual(trail.take("a"), [1]);
	for (const [text, token] of [
		["b", 2],
		["cd", 3],
		["e", 4],
	] as const) {
		trail.add(text, [token]);
	}
	t.deepEqual(trail.take("bcd"), [2, 3]);
	t.deepEqual(trail.take("e"), [4]);
});

test("tokens without a text go with the next that has one", (t) => {
	const trail = new TokenTrail();
	trail.add("", [1]);
	trail.add("", [2]);
	trail.add("é", [3]);
	t.deepEqual(trail.take("é"), [1, 2, 3]);
	trail.add("x", [4]);
	t.deepEqual(trail.take("x"), [4]);
});

test("a text that ends within a token has none, and neither has any after it", (t) => {
	const trail = new TokenTrail();
	trail.add("ab", [1]);
	t.is(trail.take("a"), undefined);
	trail.add("c", [2]);
	t.is(trail.take("bc"), undefined);
	trail.add("d", [3]);
	t.is(trail.take("d"), undefined);
});

test("a text that is not what was made has none, and after unknown tokens none are known", (t) => {
	const swallowed = new TokenTrail();
	swallowed.add("ab", [1]);
	swallowed.add("cd", [2]);
	t.is(swallowed.take("cd"), undefined);
	const unknown = new TokenTrail();
	unknown.add("a", [1]);
	unknown.add("b", undefined);
	t.is(unknown.take("a"), undefined);
});
