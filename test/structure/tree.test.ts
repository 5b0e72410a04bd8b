import test from "ava";
import { findCycle, importsOf } from "./tree.ts";

test("findCycle() names the nodes of a cycle in order", (t) => {
	const graph = (edges: Record<string, string[]>) => new Map(Object.entries(edges));
	t.is(findCycle(graph({ a: ["b", "c"], b: ["c"], c: [] })), undefined);
	t.deepEqual(findCycle(graph({ a: ["b"], b: ["c"], c: ["b"] })), ["b", "c", "b"]);
	t.deepEqual(findCycle(graph({ a: ["a"] })), ["a", "a"]);
});

test("importsOf() finds imports of values, of types, on several lines, and dynamic ones", (t) => {
	t.deepEqual(importsOf("test/structure/tree.test.ts"), ["test/structure/tree.ts"]);
	t.true(importsOf("launch/cli.ts").includes("launch/head/run.ts"));
	t.true(importsOf("src/index.ts").includes("src/base/errors.ts"));
});
