import { fileURLToPath } from "node:url";
import type { ExecutionContext } from "ava";
import { workplace } from "../support/workplace.ts";
import type { Lab } from "./support/lab.ts";
import { withLab } from "./support/with-lab.ts";

const STAY = fileURLToPath(new URL("../launch/programs/stay.js", import.meta.url));
const labTest = withLab(3);

/** The contract's limits: until a death is noticed, until a silent cut is, and until nothing is left. */
const DEATH_MS = 2000;
const CUT_MS = 10_000;
const LEFT_MS = 5000;
/** A host that was cut off ends its ranks once it has heard nothing for this time. */
const LEASE_MS = 8000;

/** For machines that do much else. */
const PATIENCE = 3;

/** Two ranks on each of three hosts, which stay until something happens. */
async function stay(t: ExecutionContext, lab: Lab, words: readonly string[] = []) {
	const place = workplace(t);
	const job = lab.start(t, ["-H", "node1:2,node2:2,node3:2", ...words, STAY], { env: place.env });
	const lines: RegExpMatchArray[] = [];
	for (let rank = 0; rank < 6; rank++) {
		lines.push(await job.waitForLine(new RegExp(`^rank ${rank} pid (\\d+) of (\\d+)`)));
	}
	const from = performance.now();
	return {
		job,
		/** Numbers of a rank and of its agent, on their host. */
		pid: (rank: number) => lines[rank]?.[1],
		agent: (rank: number) => lines[rank]?.[2],
		/** How tsmpirun ended, and how long that took. */
		end: async () => ({ ...(await job.done), afterMs: performance.now() - from }),
		left: async (ms: number) => [await lab.leftAfter(ms * PATIENCE), await place.leftAfter(LEFT_MS)],
	};
}

const nothing = ["", []];

labTest("kill -9 of a rank ends the job with 137 and names rank and host", async (t, lab) => {
	const { pid, end, left } = await stay(t, lab);
	await lab.kill("node2", pid(2));
	const { code, stderr, afterMs } = await end();
	t.is(stderr, `tsmpirun: rank 2 (host node2, pid ${pid(2)}) was killed by SIGKILL\n`);
	t.is(code, 137);
	t.true(afterMs < DEATH_MS * PATIENCE, `${afterMs} ms`);
	t.deepEqual(await left(LEFT_MS), nothing);
});

labTest("kill -9 of an agent ends the job with 1 and names its host and ranks", async (t, lab) => {
	const { agent, end, left } = await stay(t, lab);
	await lab.kill("node3", agent(4));
	const { code, stderr, afterMs } = await end();
	t.regex(
		stderr,
		/^tsmpirun: host node3 is lost, with ranks 4, 5: the connection to its agent has ended.*\n$/,
	);
	t.is(code, 1);
	t.true(afterMs < DEATH_MS * PATIENCE, `${afterMs} ms`);
	t.deepEqual(await left(LEFT_MS), nothing);
});

labTest("kill -9 of tsmpirun leaves nothing on any host", async (t, lab) => {
	const { job, end, left } = await stay(t, lab, ["--quiet"]);
	job.child.kill("SIGKILL");
	t.is((await end()).signal, "SIGKILL");
	t.deepEqual(await left(LEFT_MS), nothing);
});

labTest("a host that crashes ends the job, which says what ssh said", async (t, lab) => {
	const { end, left } = await stay(t, lab);
	await lab.hosts("crash", "node2");
	const { code, stderr, afterMs } = await end();
	await lab.hosts("boot", "node2");
	t.regex(stderr, /^tsmpirun: host node2 is lost, with ranks 2, 3: .* closed by remote host\.\)\n$/);
	t.is(code, 1);
	t.true(afterMs < DEATH_MS * PATIENCE, `${afterMs} ms`);
	t.deepEqual(await left(LEFT_MS), nothing);
});

labTest("a host that is cut off silently ends the job, and its ranks end by themselves", async (t, lab) => {
	const { end, left } = await stay(t, lab);
	await lab.hosts("cut", "node3", "silent");
	const { code, stderr, afterMs } = await end();
	t.is(stderr, "tsmpirun: host node3 is lost, with ranks 4, 5: nothing has been heard of it for 8 s\n");
	t.is(code, 1);
	t.true(afterMs < CUT_MS * PATIENCE, `${afterMs} ms`);
	t.deepEqual(await left(LEASE_MS + LEFT_MS), nothing);
	await lab.hosts("heal", "node3");
});

labTest("a sshd that stops while a job runs does not touch it; the next job is refused", async (t, lab) => {
	const { job, left } = await stay(t, lab);
	await lab.hosts("sshd", "node1", "stop");
	const next = await lab.run(t, ["-H", "node1,node2", "hostname"]);
	await lab.hosts("sshd", "node1", "start");
	t.is(
		next.stderr,
		"tsmpirun: Cannot reach host node1: ssh: connect to host 10.77.0.11 port 22: Connection refused\n",
	);
	t.is(next.code, 1);
	t.is(next.stdout, "", "node2 has not begun");
	t.is(job.child.exitCode, null);
	job.child.kill("SIGINT");
	t.is((await job.done).code, 130);
	t.deepEqual(await left(LEFT_MS), nothing);
});
