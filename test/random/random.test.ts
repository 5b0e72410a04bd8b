import { relative } from "node:path";
import { fileURLToPath } from "node:url";
import test from "ava";
import { CLI, tsmpirun } from "../support/run.ts";
import { turns } from "../support/turns.ts";

/** Other schedules in every run; what fails says how to run the same ones again. */
const seed = Math.floor(Math.random() * 2 ** 31);
const program = fileURLToPath(new URL("programs/random.js", import.meta.url));
const sizes = [2, 3, 4, 5, 6, 7, 8];
/** 1,000 and a few in all. */
const COUNT = 143;
const inTurn = turns(2);

for (const size of sizes) {
	test(`${COUNT} random schedules on ${size} ranks end with the right values`, async (t) => {
		// If they hang, tsmpirun says where, and rank 0 which schedule it was.
		const args = ["--timeout", "100", "-n", `${size}`, program, `${seed}`, `${COUNT}`];
		const { code, stdout, stderr } = await inTurn(() => tsmpirun(t, args, { timeoutMs: 110_000 }));
		const again = ["node", relative(process.cwd(), CLI), ...args].join(" ");
		t.is(code, 0, `${stderr}\nrun the same again: ${again}`);
		t.is(stdout, `${COUNT} schedules\n`);
	});
}
