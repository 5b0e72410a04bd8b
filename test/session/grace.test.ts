import { fileURLToPath } from "node:url";
import test from "ava";
import { Meeting } from "../support/rendezvous.ts";
import { tsmpirun } from "../support/run.ts";
import { runNode } from "../support/run-node.ts";

const program = fileURLToPath(new URL("./programs/grace.js", import.meta.url));

const OUTPUT = [
	...["0", "-1", "NaN", "Infinity", "86400.1", '"30"', "undefined"].map(
		(value) =>
			`ERR_ARG: Cannot ask for a grace time of ${value}: a number of seconds above 0, at most 86400, is needed`,
	),
	"noted",
	"left",
	"",
].join("\n");

test("grace() takes a number of seconds, and resolves once tsmpirun knows or the rank has left", async (t) => {
	t.like(await tsmpirun(t, ["-n", "1", program]), { code: 0, stdout: OUTPUT, stderr: "" });
	const { code, stdout, stderr } = await tsmpirun(t, ["-n", "3", program]);
	t.is(code, 0);
	t.is(stderr, "");
	t.deepEqual(stdout.split("\n").sort(), `${OUTPUT}${OUTPUT}${OUTPUT}`.split("\n").sort());
});

test("grace() is harmless in a world of one, and where ranks met without tsmpirun", async (t) => {
	t.like(await runNode([program]), { code: 0, stdout: OUTPUT, stderr: "" });
	const meeting = await Meeting.of(t, 2);
	for (const member of meeting.startAll([program])) {
		const { code, stdout } = await member.ended;
		t.is(stdout, OUTPUT);
		t.is(code, 0);
	}
});
