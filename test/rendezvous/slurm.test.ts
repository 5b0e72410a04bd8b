import { fileURLToPath } from "node:url";
import { withSlurm } from "../hosts/support/slurm-lab.ts";
import { Meeting } from "../support/rendezvous.ts";

const program = fileURLToPath(new URL("./programs/member.js", import.meta.url));
const slurmTest = withSlurm(2);
const tasks = ["-N2", "-n3", "--ntasks-per-node=2", process.execPath, program, "sum"];

slurmTest("tasks of srun meet by TSMPI_RENDEZVOUS, without tsmpirun", async (t, slurm) => {
	const { TSMPI_KEY_FILE } = (await Meeting.of(t, 3)).env;
	const variables = [`TSMPI_RENDEZVOUS=tcp://node1:7000`, `TSMPI_KEY_FILE=${TSMPI_KEY_FILE}`];
	const stdout = await slurm.run("env", ...variables, "srun", ...tasks);
	t.deepEqual(stdout.trim().split("\n").sort(), ["rank 0 3 6 0 2 0", "rank 1 3 6 1 2 0", "rank 2 3 6 0 1 1"]);
});

slurmTest("tasks of srun without a rendezvous are no worlds of one", async (t, slurm) => {
	const error = await t.throwsAsync<Error & { stdout: string; stderr: string }>(() =>
		slurm.run("srun", ...tasks),
	);
	t.is(error.stdout, "");
	t.regex(
		error.stderr,
		/Cannot join a job: SLURM_STEP_NUM_TASKS=3 says that this process is one of several, but tsmpirun did not start it/,
	);
});
