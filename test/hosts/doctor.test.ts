import { withoutWaiting } from "./support/waiting.ts";
import { withLab } from "./support/with-lab.ts";

const labTest = withLab(3);

labTest("--doctor examines every host and the way between each two of them", async (t, lab) => {
	const { code, stdout, stderr } = await lab.run(t, ["--doctor", "-H", "node[1-3]"]);
	const [headings = "", ...rows] = stdout.split("\n");
	const cells = rows.slice(0, 3).map((row) => row.split(/ {2,}/));
	const column = (heading: string) => {
		const index = headings.split(/ {2,}/).indexOf(heading);
		return cells.map((row) => row[index]);
	};
	t.deepEqual(column("host"), ["node1", "node2", "node3"]);
	t.deepEqual(new Set(column("node")), new Set([process.versions.node]));
	// They share this machine's clock.
	t.deepEqual(column("clock"), ["same", "same", "same"]);
	for (const time of column("start")) t.regex(time ?? "", /^\d+\.\d s$/);
	t.deepEqual(rows.slice(3), ["ports between 3 hosts: all connect, in both directions", "no problems", ""]);
	t.is(withoutWaiting(stderr), "");
	t.is(code, 0);
	const narrow = await lab.run(t, ["--doctor", "-H", "node[1-2]", "--iface", "10.0.0.0/24"]);
	t.regex(narrow.stdout, /\nproblem: node2: --iface 10\.0\.0\.0\/24: no link matches/);
	t.is(narrow.code, 1);
	t.is(await lab.leftAfter(5000), "");
});

labTest("--doctor names every host and way that does not work, and what to do", async (t, lab) => {
	await lab.hosts("exec", "node1", "--", "ip", "route", "add", "unreachable", "10.77.0.12/32");
	await lab.hosts("sshd", "node3", "stop");
	const { code, stdout } = await lab.run(t, ["--doctor", "-H", "node[1-3],nowhere"]);
	const lines = stdout.split("\n").filter((line) => line.startsWith("problem: "));
	const expected = [
		/^problem: Cannot reach host node3: .*port 22: Connection refused$/,
		/^problem: Cannot reach host nowhere: .*Could not resolve hostname nowhere/,
		/^problem: node1: cannot connect to node2 \(10\.77\.0\.12 port \d+: EHOSTUNREACH\): let hosts reach each other/,
		/^problem: node2: cannot connect to node1 \(10\.77\.0\.11 port \d+: no answer within 3 s\): let hosts/,
	];
	t.is(lines.length, expected.length, stdout);
	for (const [index, pattern] of expected.entries()) t.regex(lines[index] ?? "", pattern);
	t.regex(stdout, /\nnode3 +no agent\n/);
	t.regex(stdout, /\nports between 2 hosts: not all connect\n/);
	t.notRegex(stdout, /no problems/);
	t.is(code, 1);
	t.is(await lab.leftAfter(5000), "");
});
