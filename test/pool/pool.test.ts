import { fileURLToPath } from "node:url";
import test from "ava";
import { tsmpirun } from "../support/run.ts";
import { runNode } from "../support/run-node.ts";
import { turns } from "../support/turns.ts";

/** Programs that assert what they see: a job is right if it ends with 0 and has nothing to say. */
const program = (name: string) => fileURLToPath(new URL(`./programs/${name}.js`, import.meta.url));
const silence = { code: 0, stdout: "", stderr: "" };
const inTurn = turns(2);

for (const [name, title] of [
	["tasks", "submit, map and mapUnordered give what the tasks give, or say what went wrong"],
	["flow", "items are read as fast as they are worked on, and what is dropped stops nothing else"],
] as const) {
	for (const size of [1, 2, 4]) {
		test(`${title}, on ${size === 1 ? "1 rank" : `${size} ranks`}`, async (t) => {
			t.like(await inTurn(() => tsmpirun(t, ["-n", `${size}`, program(name)])), silence);
		});
	}
	test(`${title}, without tsmpirun`, async (t) => {
		t.like(await inTurn(() => runNode([program(name)])), silence);
	});
}
