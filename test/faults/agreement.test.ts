import { fileURLToPath } from "node:url";
import test from "ava";
import { tsmpirun } from "../support/run.ts";
import { turns } from "../support/turns.ts";

const program = (name: string) => fileURLToPath(new URL(`./programs/${name}.js`, import.meta.url));
const inTurn = turns(2);
const CONTINUE = ["--on-failure", "continue"];

for (const doomed of [["3"], ["0"], ["0", "1", "4"], ["4", "3", "2", "1"]]) {
	test(`shrink() and agree() after the death of ${doomed.join(", then ")} of 5 ranks, also on what is revoked`, async (t) => {
		const args = ["-n", "5", program("shrink"), ...doomed];
		const { code, stderr } = await inTurn(() => tsmpirun(t, [...CONTINUE, ...args]));
		const lines = stderr.trimEnd().split("\n");
		t.is(lines.length, doomed.length, stderr);
		for (const [index, rank] of doomed.entries()) {
			t.true(lines[index]?.startsWith(`tsmpirun: rank ${rank} (host `), stderr);
		}
		t.is(code, 137);
	});
}

for (let seed = 1; seed <= 8; seed++) {
	test(`agree() and shrink() while ranks die at random moments: seed ${seed}`, async (t) => {
		const args = ["-n", "8", program("agreeing"), `${seed}`, "10"];
		const { code, stdout, stderr } = await inTurn(() => tsmpirun(t, [...CONTINUE, ...args]));
		const dead = stderr.match(/^tsmpirun: rank \d \(host .*\) was killed by SIGKILL\n/gm) ?? [];
		t.is(stderr, dead.join(""));
		t.true(dead.length > 0);
		const logs = stdout.trimEnd().split("\n");
		t.is(logs.length, 8 - dead.length, stdout);
		t.is(new Set(logs).size, 1, stdout);
		t.is(code, 137);
	});
}
