import { freemem } from "node:os";
import { fileURLToPath } from "node:url";
import test, { type ExecutionContext } from "ava";
import { tsmpirun } from "../support/run.ts";

/** The programs look at their own memory; the bounds are there. */
const program = (name: string) => fileURLToPath(new URL(`programs/${name}.js`, import.meta.url));
const GIB = 2 ** 30;

async function runs(t: ExecutionContext, args: readonly string[]): Promise<void> {
	const result = await tsmpirun(t, ["-n", "2", ...args], { timeoutMs: 110_000 });
	t.like(result, { code: 0, stdout: "", stderr: "" });
}

test.serial("send() awaited 100,000 times waits for a rank that does not receive, which stays small", (t) =>
	runs(t, [program("flood"), "awaited"]),
);

test.serial("send() not awaited 100,000 times loses nothing, and the receiver stays small", (t) =>
	runs(t, [program("flood"), "unawaited"]),
);

test.serial("send() of 1,000 x 8 MiB to a rank that receives 5 s later lets neither grow", (t) =>
	runs(t, [program("late-receiver")]),
);

// Two copies and what the kernel holds between them.
const enough = freemem() >= 10 * GIB;
const huge = enough ? test.serial : test.serial.skip;
huge(`send() of 2 GiB + 1 byte arrives intact${enough ? "" : " (skipped: less than 10 GiB are free)"}`, (t) =>
	runs(t, [program("huge")]),
);

test.serial("100,000 messages of all kinds leave the memory of the ranks flat", async (t) => {
	const result = await tsmpirun(t, ["-n", "4", program("soak"), "100000"], { timeoutMs: 110_000 });
	t.like(result, { code: 0, stderr: "" });
	t.regex(result.stdout, /^100000 messages on 4 ranks/);
});
