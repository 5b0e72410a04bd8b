// Time to start and end a job over several hosts: Node that does nothing, on 4 ranks of each of 3 hosts, by tsmpirun
// and by Open MPI's mpirun over the same ssh, in turn:
//   node bench/hosts.js HOST,HOST,HOST [ARGUMENTS FOR SSH]
// Without hosts it makes three out of network namespaces of this machine (needs root, openssh-server, iproute2).
import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { ROOT } from "./run.js";
import { median, row } from "./table.js";

const ROUNDS = 5;
const RANKS = 4;
const LAB = fileURLToPath(new URL("../test/hosts/lab/hosts.sh", import.meta.url));
const run = promisify(execFile);
const env = {
	...process.env,
	TSMPI_LAB: `/run/tsmpi-bench-${process.pid}`,
	TSMPI_LAB_PREFIX: `b${process.pid}-`,
	OMPI_ALLOW_RUN_AS_ROOT: "1",
	OMPI_ALLOW_RUN_AS_ROOT_CONFIRM: "1",
};

/** Milliseconds that a command takes. @param {readonly string[]} words */
async function time([command = "", ...words]) {
	const begin = performance.now();
	await run(command, words, { cwd: ROOT, env });
	return performance.now() - begin;
}

/** @param {readonly string[]} hosts @param {string} sshArguments @param {readonly string[]} within */
async function compare(hosts, sshArguments, within) {
	const list = hosts.map((host) => `${host}:${RANKS}`).join(",");
	const node = [process.execPath, "-e", "0"];
	const own = ["dist/launch/cli.js", "-H", list, "--ssh-args", sshArguments, ...node];
	const peer = ["mpirun", "-H", list, "--mca", "plm_rsh_args", sshArguments, "--oversubscribe", ...node];
	/** @type {number[][]} */
	const results = [[], []];
	for (let round = 0; round <= ROUNDS; round++) {
		const ms = [await time([...within, process.execPath, ...own]), await time([...within, ...peer])];
		// The first round fills the file cache.
		if (round > 0) ms.forEach((value, i) => void results[i]?.push(value));
	}
	const [ours = 0, theirs = 0] = results.map(median);
	row(["hosts", "ranks", "tsmpirun ms", "mpirun ms", "ratio"]);
	row([`${hosts.length}`, `${hosts.length * RANKS}`, ours, theirs, ours / theirs]);
}

const [given, ...sshArguments] = process.argv.slice(2);
if (given !== undefined) await compare(given.split(","), sshArguments.join(" "), []);
else {
	try {
		await run("bash", [LAB, "up", "3"], { env });
		const within = ["bash", LAB, "exec", "head", "--"];
		await compare(["node1", "node2", "node3"], `-F ${env.TSMPI_LAB}/ssh_config`, within);
	} finally {
		await run("bash", [LAB, "down"], { env });
	}
}
