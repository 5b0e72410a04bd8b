import { fileURLToPath } from "node:url";
import test from "ava";
import { tsmpirun } from "../support/run.ts";
import { turns } from "../support/turns.ts";

const program = (name: string) => fileURLToPath(new URL(`./programs/${name}.js`, import.meta.url));
const inTurn = turns(2);
const CONTINUE = ["--on-failure", "continue"];

const ends = [
	["kill", 137, "was killed by SIGKILL"],
	["exit", 3, "exited with code 3; process.exit was called at "],
	["throw", 1, "exited with code 1"],
] as const;
for (const [way, exitCode, text] of ends) {
	test(`operations with a rank that dies (${way}) reject, and all others work on`, async (t) => {
		const args = ["-n", "8", program("point-to-point"), way];
		const { code, stdout, stderr } = await inTurn(() => tsmpirun(t, [...CONTINUE, ...args]));
		const lines = stderr.trimEnd().split("\n");
		const verdict = lines.pop() ?? "";
		t.true(verdict.startsWith("tsmpirun: rank 7 (host ") && verdict.includes(`) ${text}`), stderr);
		// Nobody else has anything to say, but for the rank's own last words.
		t.true(way === "throw" ? stderr.includes("Error: this rank dies\n") : lines.length === 0, stderr);
		t.is(stderr.match(/tsmpirun:/g)?.length, 1);
		t.is(stdout, "");
		t.is(code, exitCode);
	});
}

for (const [size, dead] of [
	[2, 1],
	[4, 0],
	[5, 2],
] as const) {
	test(`collectives without rank ${dead} of ${size} end on every rank`, async (t) => {
		const args = ["-n", `${size}`, program("collectives"), `${dead}`];
		const { code, stderr } = await inTurn(() => tsmpirun(t, [...CONTINUE, ...args]));
		t.regex(stderr, new RegExp(`^tsmpirun: rank ${dead} \\(host .*\\) was killed by SIGKILL\n$`));
		t.is(code, 137);
	});
}

test("without --on-failure continue the first failure still ends the job", async (t) => {
	const { code, stderr } = await inTurn(() => tsmpirun(t, ["-n", "8", program("point-to-point"), "kill"]));
	t.regex(stderr, /^tsmpirun: rank 7 \(host .*\) was killed by SIGKILL\n$/);
	t.is(code, 137);
});
