import test from "ava";
import { FieldCounts } from "../../../../src/llama/measure/counts/field-counts.ts";

test("FieldCounts counts requests, not mentions, and stays small", (t) => {
	const counts = new FieldCounts();
	counts.add(["verbosity", "verbosity", "top_a"]);
	counts.add(["verbosity"]);
	counts.add([]);
	t.deepEqual(counts.toData(), [
		{ field: "verbosity", count: 2 },
		{ field: "top_a", count: 1 },
	]);
	for (let index = 0; index < 50_000; index++) counts.add([`field${index}`]);
	const data = counts.toData();
	t.is(data.length, 101);
	t.deepEqual(data[0], { field: "(others)", count: 50_000 - 98 });
});
