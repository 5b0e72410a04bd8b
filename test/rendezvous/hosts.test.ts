import { fileURLToPath } from "node:url";
import { withLab } from "../hosts/support/with-lab.ts";
import { Meeting } from "../support/rendezvous.ts";

const program = fileURLToPath(new URL("./programs/member.js", import.meta.url));
const labTest = withLab(3);

/** The contract's limit until a silent cut is noticed, with room for a busy machine. */
const CUT_MS = 2 * 10_000;

labTest("pods of an Indexed Job that start one after the other meet over the network", async (t, lab) => {
	const meeting = await Meeting.of(t, 3);
	const pod = (index: number) =>
		meeting.start([program, "sum"], {
			env: { ...lab.env, JOB_COMPLETION_INDEX: `${index}`, TSMPI_RENDEZVOUS: "tcp://node1:7000" },
			within: lab.within(`node${index + 1}`),
		});
	const late = [pod(2)];
	await late[0]?.line(/^tsmpi: rank 2 waits for rank 0 at tcp:\/\/node1:7000, up to 300 s: /m);
	late.push(pod(0));
	await late[1]?.line(/^tsmpi: rank 0 waits at tcp:\/\/node1:7000 for rank/m);
	late.push(pod(1));
	const ends = await Promise.all(late.map(({ ended }) => ended));
	t.deepEqual(
		ends.map(({ code, stdout }) => [code, stdout]),
		[2, 0, 1].map((rank) => [0, `rank ${rank} 3 6 0 1 ${rank}\n`]),
	);
});

labTest("a host that is cut off silently ends the ranks of the others", async (t, lab) => {
	const meeting = await Meeting.of(t, 3);
	const members = [0, 1, 2].map((rank) =>
		meeting.start([program, "stay"], {
			env: { ...lab.env, TSMPI_RANK: `${rank}`, TSMPI_RENDEZVOUS: "tcp://node1:7001" },
			within: lab.within(`node${rank + 1}`),
		}),
	);
	await Promise.all(members.map(({ line }) => line(/pid/)));
	const from = performance.now();
	await lab.hosts("cut", "node3", "silent");
	const ends = await Promise.all(members.map(({ ended }) => ended));
	await lab.hosts("heal", "node3");
	t.true(performance.now() - from < CUT_MS);
	t.deepEqual(
		ends.map(({ code }) => code),
		[1, 1, 1],
	);
	for (const rank of [0, 1]) t.regex(ends[rank]?.stderr ?? "", /^tsmpi: rank 2 \(host node3, pid \d+\) /);
	t.regex(ends[2]?.stderr ?? "", /^tsmpi: rank 2 has lost rank 0 at tcp:\/\/node1:7001/);
});
