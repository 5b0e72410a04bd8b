import { fileURLToPath } from "node:url";
import { withLab } from "../hosts/support/with-lab.ts";

const program = fileURLToPath(new URL("./programs/link.js", import.meta.url));
const labTest = withLab(2);

/** The contract's limit until a silent cut is noticed, with room for a busy machine. */
const CUT_MS = 2 * 10_000;

/** An address of the link that nobody has: what is sent there is gone without a trace. */
const NOBODY = "02:00:00:00:00:99";

for (const words of ["idle", "send"]) {
	const when = words === "idle" ? "while nobody sends" : "while one sends";
	labTest(`a connection of two ranks that is cut silently ${when} ends the job`, async (t, lab) => {
		const job = lab.start(t, ["--quiet", "-H", "node1,node2", program, words]);
		const pids = [await job.waitForLine(/^rank 0 pid (\d+)/), await job.waitForLine(/^rank 1 pid (\d+)/)];
		const [zero, one] = pids.map(([, pid]) => pid);
		const from = performance.now();
		const toNode2 = ["10.77.0.12", "dev", "eth0"];
		// Both hosts still reach the head.
		const lost = ["neigh", "replace", ...toNode2, "lladdr", NOBODY, "nud", "permanent"];
		await lab.hosts("exec", "node1", "--", "ip", ...lost);
		t.teardown(() => lab.hosts("exec", "node1", "--", "ip", "neigh", "del", ...toNode2));
		const { code, stderr } = await job.done;
		t.is(code, 1);
		const ranks = [`rank 0 (host node1, pid ${zero})`, `rank 1 (host node2, pid ${one})`];
		const texts = [ranks, ranks.toReversed()].map(
			([left, right]) => `tsmpirun: ${left} has lost its connection to ${right}: the connection has ended\n`,
		);
		t.true(texts.includes(stderr), stderr);
		t.true(performance.now() - from < CUT_MS);
	});
}
