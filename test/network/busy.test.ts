import { fileURLToPath } from "node:url";
import test from "ava";
import { start } from "../support/run.ts";

const program = fileURLToPath(new URL("./programs/link.js", import.meta.url));

test("a rank that computes for long, and one that is stopped for as long, are not taken for dead", async (t) => {
	const job = start(t, ["-n", "3", program, "busy"], { env: { TSMPI_TRANSPORT: "tcp" } });
	const [, pid] = await job.waitForLine(/^rank 2 pid (\d+)/);
	process.kill(Number(pid), "SIGSTOP");
	await job.waitForLine(/^enough$/);
	process.kill(Number(pid), "SIGCONT");
	const { code, stderr } = await job.done;
	t.deepEqual([code, stderr], [0, ""]);
});
