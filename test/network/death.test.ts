import { fileURLToPath } from "node:url";
import test from "ava";
import { tsmpirun } from "../support/run.ts";

const program = fileURLToPath(new URL("../faults/programs/collectives.js", import.meta.url));

test("a rank that dies while others send to it over tcp ends in one line, and holds nobody up", async (t) => {
	const args = ["--on-failure", "continue", "-n", "5", program, "2"];
	const { code, stderr } = await tsmpirun(t, args, { env: { TSMPI_TRANSPORT: "tcp" } });
	// No remark of ZeroMQ that it waits for what can never arrive.
	t.regex(stderr, /^tsmpirun: rank 2 \(host .*\) was killed by SIGKILL\n$/);
	t.is(code, 137);
});
