import { chmodSync, cpSync, mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import type { ExecutionContext } from "ava";
import { ownVersion } from "../../launch/machine/package-root.ts";
import { CLI } from "../support/run.ts";
import { workplace } from "../support/workplace.ts";
import type { Lab } from "./support/lab.ts";
import { withLab } from "./support/with-lab.ts";

const labTest = withLab(2);

/** A script that can be executed, in a folder that goes with the test. */
function script(t: ExecutionContext, text: string): string {
	const file = join(workplace(t).folder, "script");
	writeFileSync(file, `#!/bin/sh\n${text}\n`);
	chmodSync(file, 0o755);
	return file;
}

/** A job that is refused: nothing runs, and one line for each host says why. */
async function refused(
	t: ExecutionContext,
	lab: Lab,
	words: readonly string[],
	lines: readonly (string | RegExp)[],
	exitCode = 1,
): Promise<void> {
	const { code, stdout, stderr } = await lab.run(t, [...words, "hostname"]);
	const seen = stderr.trimEnd().split("\n");
	t.is(seen.length, lines.length, stderr);
	for (const [index, line] of lines.entries()) {
		if (typeof line === "string") t.is(seen[index], `tsmpirun: ${line}`);
		else t.regex(seen[index] ?? "", line);
	}
	t.is(stdout, "");
	t.is(code, exitCode);
	t.is(await lab.leftAfter(5000), "");
}

labTest("hosts that cannot be reached are all named, with what ssh says", async (t, lab) => {
	const why = (name: string) =>
		new RegExp(`^tsmpirun: Cannot reach host ${name}: ssh: Could not resolve hostname ${name}: .*$`);
	await refused(t, lab, ["-H", "nowhere,node1,nobody.example"], [why("nowhere"), why("nobody.example")]);
	const stranger = ["-H", "node1", "--ssh-args", "-o UserKnownHostsFile=/dev/null"];
	await refused(t, lab, stranger, ["Cannot reach host node1: Host key verification failed."]);
});

labTest("a host without node, or with one that is too old, is one line", async (t, lab) => {
	await refused(
		t,
		lab,
		["-H", "node1", "--remote-node", "/no/node"],
		["Cannot start an agent on host node1: there is no node at /no/node (--remote-node)"],
	);
	const versions = "{ value: { ...process.versions, node: '18.1.0' } }";
	const code = `data:text/javascript,Object.defineProperty(process,'versions',${versions})`;
	const old = script(t, `exec ${process.execPath} --import "${code.replaceAll(" ", "%20")}" "$@"`);
	await refused(
		t,
		lab,
		["-H", "node1,node2", "--remote-node", old],
		["node1", "node2"].map(
			(host) =>
				new RegExp(
					`^tsmpirun: Cannot start an agent on host ${host}: node 18\\.1\\.0 at \\S+ is too old: 20\\.19 is needed`,
				),
		),
	);
});

labTest("a host without tsmpi, or with another version of it, is one line", async (t, lab) => {
	await refused(
		t,
		lab,
		["-H", "node2", "--prefix", "/no/tsmpi"],
		["Cannot start an agent on host node2: there is no tsmpi in /no/tsmpi (--prefix names its folder there)"],
	);
	const { folder } = workplace(t);
	const other = join(folder, "node_modules", "tsmpi");
	mkdirSync(join(other, "dist"), { recursive: true });
	cpSync(dirname(CLI), join(other, "dist", "launch"), { recursive: true });
	// What the launcher's programs share.
	const shared = join("src", "bundle");
	cpSync(join(dirname(CLI), "..", shared), join(other, "dist", shared), { recursive: true });
	writeFileSync(join(other, "package.json"), '{ "version": "9.9.9", "type": "module" }');
	// --prefix may be a project that has tsmpi installed.
	await refused(
		t,
		lab,
		["-H", "node2", "--prefix", folder],
		[
			`Cannot start an agent on host node2: tsmpi in ${other} is version 9.9.9 there, and ${ownVersion()} here`,
		],
	);
});

labTest("a program or a folder that one host lacks is one line, and no host has begun", async (t, lab) => {
	const own = "mkdir /dev/shm/here; cp /bin/hostname /dev/shm/here/prog";
	await lab.hosts("exec", "node1", "--", "sh", "-c", own);
	const hosts = ["-H", "node1,node2"];
	const program = await lab.run(t, [...hosts, "/dev/shm/here/prog"]);
	t.is(program.stderr, "tsmpirun: host node2: Cannot find the program /dev/shm/here/prog\n");
	t.deepEqual([program.stdout, program.code], ["", 127]);
	const folder = await lab.run(t, [...hosts, "--wdir", "/dev/shm/here", "hostname"]);
	t.is(
		folder.stderr,
		"tsmpirun: host node2: Cannot run in /dev/shm/here: --wdir needs a folder that exists\n",
	);
	t.deepEqual([folder.stdout, folder.code], ["", 126]);
	const elsewhere = await lab.run(t, ["-H", "node1", "hostname"], { cwd: workplace(t).folder });
	t.deepEqual([elsewhere.stdout, elsewhere.code], ["node1\n", 0]);
});

labTest(
	"a host that does not answer is named after 3 s and refused after --connect-timeout",
	async (t, lab) => {
		const silent = script(t, "echo knocking >&2; exec sleep 60");
		const words = ["--launch-agent", silent, "--connect-timeout", "4.5", "-H", "node1"];
		const limit = "4.5 s (--connect-timeout)";
		const job = lab.start(t, [...words, "hostname"]);
		const [notice] = await job.waitForLine(/^.*has not answered yet.*$/);
		t.is(notice, `tsmpirun: host node1 has not answered yet: waiting for script to answer, up to ${limit}`);
		const { stderr, code, ms } = await job.done;
		t.is(
			stderr,
			`tsmpirun: Cannot reach host node1 within ${limit}: waited for script to answer; the last that was heard: knocking\n`,
		);
		t.is(code, 1);
		t.true(ms > 4500);
		t.is(await lab.leftAfter(1000), "");
	},
);

labTest("what a login shell prints is skipped", async (t, lab) => {
	const noisy = script(t, `echo welcome; printf 'no line end'; exec ssh ${lab.sshArguments} "$@"`);
	const { stdout, stderr, code } = await lab.run(t, ["--launch-agent", noisy, "-H", "node1", "hostname"]);
	t.deepEqual([stdout, stderr, code], ["node1\n", "", 0]);
});

labTest("files that cannot be preloaded are one line", async (t, lab) => {
	await refused(
		t,
		lab,
		["-H", "node1", "--preload", "/no/file"],
		[/^tsmpirun: Cannot preload \/no\/file: ENOENT.*$/],
	);
	await refused(
		t,
		lab,
		["-H", "node1", "--preload", "/tmp"],
		["Cannot preload /tmp: only files are copied, and it is none"],
	);
});
