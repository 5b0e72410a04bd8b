import { execFile } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import type { ExecutionContext } from "ava";
import { expandNodeList } from "../../launch/hosts/slurm.ts";
import { CLI, start } from "../support/run.ts";
import { type Workplace, workplace } from "../support/workplace.ts";
import { type SlurmLab, withSlurm } from "./support/slurm-lab.ts";

const slurmTest = withSlurm(2);

/** A rank that says where it is, and stays. */
const STAY = ["sh", "-c", "echo $TSMPI_RANK is on $(hostname) in $SLURM_JOB_ID; exec sleep 600"];

slurmTest("expandNodeList() reads node lists as scontrol does", async (t, slurm) => {
	for (const list of ["node[1-2]", "n[1-3,7],x", "n[08-11]", "a[1-2]b[3-4],c", "n[1-2,05]", "single"]) {
		const names = (await slurm.run("scontrol", "show", "hostnames", list)).trim().split("\n");
		t.deepEqual(expandNodeList(list), names, list);
	}
});

slurmTest("in salloc the ranks run on the tasks of the allocation and reach each other", async (t, slurm) => {
	const ranks = join(import.meta.dirname, "..", "ranks", "collectives.js");
	const words = ["--display-map", "--bind-to", "core", ranks];
	const { code, stderr } = await slurm.allocate(t, ["-N2", "-n5", "--gres=gpu:2"], words).done;
	t.deepEqual(
		stderr.split("\n").filter((line) => line.startsWith("host ")),
		["host node1: 4 slots, 2 GPUs, 4 ranks", "host node2: 1 slot, 2 GPUs, 1 rank"],
	);
	// Numbers of cores are those of this machine.
	const own = stderr
		.split("\n")
		.filter((line) => line.startsWith("  rank "))
		.map((line) => line.replace(/cores \d.*/, "cores"));
	t.deepEqual(own, [
		"  rank 0: local rank 0, GPU 0, cores",
		"  rank 1: local rank 1, GPU 1, cores",
		"  rank 2: local rank 2, GPU 0, cores",
		"  rank 3: local rank 3, GPU 1, cores",
		"  rank 4: local rank 0, GPU 0, cores",
	]);
	t.is(code, 0);
});

/** Runs tsmpirun in the script of a batch job; resolves with what the job prints, once all that can print has ended. */
async function batch(
	t: ExecutionContext,
	slurm: SlurmLab,
	wishes: readonly string[],
	command: string,
): Promise<{ output: string; leftAfter: Workplace["leftAfter"] }> {
	const { folder, env, leftAfter } = workplace(t);
	const [script, output] = [join(folder, "script"), join(folder, "output")];
	const exports = Object.entries(env).map(([name, value]) => `export ${name}='${value}'\n`);
	writeFileSync(
		script,
		`#!/bin/sh\nexec >'${output}' 2>&1\n${exports.join("")}exec "${process.execPath}" "${CLI}" ${command}\n`,
	);
	// A named pipe ends when its last writer does; sbatch --wait asks from time to time.
	const run = promisify(execFile);
	await run("mkfifo", [output]);
	const reading = run("cat", [output], { timeout: 60_000 });
	await slurm.run("sbatch", "-Q", "-o", "/dev/null", ...wishes, script);
	return { output: (await reading).stdout, leftAfter };
}

slurmTest("in the script of sbatch the ranks of its own node are tsmpirun's children", async (t, slurm) => {
	const command = "sh -c 'echo $TSMPI_RANK $(hostname) $CUDA_VISIBLE_DEVICES $(cat /proc/$PPID/comm)'";
	const wishes = ["-N2", "--ntasks-per-node=2", "--gpus-per-task=1"];
	const { output } = await batch(t, slurm, wishes, command);
	t.deepEqual(output.trim().split("\n").sort(), [
		"0 node1 0 node",
		"1 node1 1 node",
		"2 node2 0 node",
		"3 node2 1 node",
	]);
});

slurmTest(
	"ranks share out the GPUs that Slurm gives their node, however the job asked; they are no tasks of Slurm",
	async (t, slurm) => {
		const seen = async (...wishes: string[]) => {
			const words = ["sh", "-c", "echo $(hostname):$CUDA_VISIBLE_DEVICES$SLURM_PROCID$SLURM_NTASKS"];
			const { stdout, stderr } = await slurm.allocate(t, wishes, words).done;
			t.is(stderr, "");
			return stdout.trim().split("\n").sort().join(" ");
		};
		const each = "node1:0 node1:1 node2:0 node2:1";
		t.is(await seen("-N2", "--ntasks-per-node=2", "--gpus-per-task=1"), each);
		t.is(await seen("-N2", "--ntasks-per-node=2", "--gres=gpu:2"), each);
		// A node on which Slurm gives the job one GPU.
		t.is(await seen("-N2", "-n3", "--gpus=3"), "node1:0 node1:1 node2:0");
		t.is(await seen("-N2", "--ntasks-per-node=2", "--gres=gpu:1"), "node1:0 node1:0 node2:0 node2:0");
	},
);

slurmTest("tsmpirun in a step of its own reaches the whole allocation", async (t, slurm) => {
	const wishes = ["-N2", "-n3", "srun", "-Q", "--overlap", "-N1", "-n1"];
	const { code, stdout, stderr } = await slurm.allocate(t, wishes, ["hostname"]).done;
	t.is(stdout.split("\n").sort().join(" "), " node1 node1 node2");
	t.is(stderr, "");
	t.is(code, 0);
});

slurmTest("what cannot be started in an allocation is one clear line", async (t, slurm) => {
	const fails = async (args: readonly string[], line: RegExp) => {
		const { code, stderr } = await slurm.allocate(t, ["-N2", "-n3"], args).done;
		t.regex(stderr, line);
		t.is(code, 1);
	};
	await fails(["-n", "4", "true"], /^tsmpirun: Cannot start 4 ranks: the hosts have 3 slots \(--over.*\n$/);
	await fails(
		["--launcher", "slurm", "-H", "node1,other", "true"],
		/^tsmpirun: Cannot start ranks on host other by Slurm: job \d+ has node\[1-2\] \(--launcher ssh .*\n$/,
	);
	await fails(
		["-H", "node2", "--prefix", "/nowhere", "true"],
		/^tsmpirun: Cannot start an agent on host node2: there is no tsmpi in \/nowhere \(--prefix .*\n$/,
	);
	const outside = start(t, ["--launcher", "slurm", "true"], { env: { SLURM_JOB_ID: undefined } });
	t.regex((await outside.done).stderr, /^tsmpirun: Cannot use --launcher slurm: this is no allocation.*\n$/);
	const twice = slurm.allocate(t, ["-N2", "-n2", "srun", "-Q"], ["true"]);
	t.regex((await twice.done).stderr, /^(tsmpirun: Cannot start the job 2 times: srun runs.*\n|srun: .*\n)+$/);
});

slurmTest("the first rank that fails gives the exit code, and nothing is left", async (t, slurm) => {
	const fail = (how: string) =>
		slurm.allocate(t, ["-N2", "-n3"], ["sh", "-c", `[ $TSMPI_RANK = 2 ] && ${how}; exec sleep 600`]);
	const exit = fail("exit 7");
	const { code, stderr } = await exit.done;
	t.is(code, 7);
	t.regex(stderr, /^tsmpirun: rank 2 \(host node2, pid \d+\) exited with code 7\n$/);
	t.deepEqual(await exit.leftAfter(5000), []);
	const killed = await fail("kill -9 $$").done;
	t.is(killed.code, 137);
	t.regex(killed.stderr, /rank 2 \(host node2, pid \d+\) was killed by SIGKILL/);
});

slurmTest("SIGTERM, scancel and the death of tsmpirun end all ranks on all nodes", async (t, slurm) => {
	const begin = async () => {
		const run = slurm.allocate(t, ["-N2", "-n3"], STAY);
		const lines = await Promise.all(
			[0, 1, 2].map((rank) => run.waitForLine(new RegExp(`^${rank} is on \\S+ in (\\d+)`))),
		);
		return { ...run, jobId: lines[0]?.[1] ?? "" };
	};
	const pidOf = async (parent: number | undefined) =>
		Number(readFileSync(`/proc/${parent}/task/${parent}/children`, "utf8").trim().split(" ")[0]);

	const terminated = await begin();
	process.kill(await pidOf(terminated.child.pid), "SIGTERM");
	const { code, stderr } = await terminated.done;
	t.is(code, 143);
	t.regex(stderr, /^tsmpirun: SIGTERM: ending all ranks\n/);
	t.deepEqual(await terminated.leftAfter(5000), []);

	const cancelled = await begin();
	await slurm.run("scancel", cancelled.jobId);
	t.is((await cancelled.done).code, 143);
	t.deepEqual(await cancelled.leftAfter(5000), []);

	const killed = await begin();
	process.kill(await pidOf(killed.child.pid), "SIGKILL");
	await killed.done;
	t.deepEqual(await killed.leftAfter(5000), []);
});

slurmTest("scancel of a batch job ends tsmpirun in its script in order", async (t, slurm) => {
	const command = "sh -c '[ $TSMPI_RANK = 2 ] && scancel $SLURM_JOB_ID; exec sleep 600'";
	const { output, leftAfter } = await batch(t, slurm, ["-N2", "-n3"], command);
	t.regex(output, /^tsmpirun: SIGTERM: ending all ranks$/m);
	t.deepEqual(await leftAfter(5000), []);
});

slurmTest("a node that is lost is named, with its ranks", async (t, slurm) => {
	const run = slurm.allocate(t, ["-N2", "-n3"], STAY);
	await Promise.all([0, 1, 2].map((rank) => run.waitForLine(new RegExp(`^${rank} is on`))));
	await slurm.lab.hosts("crash", "node2");
	const { code, stderr } = await run.done;
	t.is(code, 1);
	t.regex(stderr, /^tsmpirun: host node2 is lost, with rank 2: [^\n]+\n$/);
	// The folder of its agent stays on a host that has lost power.
	t.deepEqual(
		(await run.leftAfter(0)).filter((left) => !left.startsWith("tsmpi-")),
		[],
	);
});
