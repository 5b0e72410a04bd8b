import { hostname } from "node:os";
import { fileURLToPath } from "node:url";
import test from "ava";
import { tsmpirun } from "../support/run.ts";
import { shell } from "../support/shell.ts";
import { workplace } from "../support/workplace.ts";

const ENVIRONMENT = fileURLToPath(new URL("./programs/environment.js", import.meta.url));

/** The ranks' lines, in order. */
function lines(stdout: string): string[] {
	return stdout.trimEnd().split("\n").sort();
}

test("each rank knows its place under tsmpi's, Open MPI's and torchrun's names", async (t) => {
	const places = {
		RANK: ["TSMPI_RANK", "OMPI_COMM_WORLD_RANK", "RANK"],
		SIZE: ["TSMPI_SIZE", "OMPI_COMM_WORLD_SIZE", "WORLD_SIZE"],
		LOCAL_RANK: ["TSMPI_LOCAL_RANK", "OMPI_COMM_WORLD_LOCAL_RANK", "LOCAL_RANK"],
		LOCAL_SIZE: ["TSMPI_LOCAL_SIZE", "OMPI_COMM_WORLD_LOCAL_SIZE", "LOCAL_WORLD_SIZE"],
		NODE_RANK: ["TSMPI_NODE_RANK", "OMPI_COMM_WORLD_NODE_RANK"],
	};
	const names = Object.values(places).flat();
	const { stdout } = await tsmpirun(t, ["-n", "3", ENVIRONMENT, ...names]);
	const expected = ["0", "1", "2"].map((rank) =>
		Object.entries(places).flatMap(([what, same]) => {
			const value = what.endsWith("SIZE") ? "3" : what === "NODE_RANK" ? "0" : rank;
			return same.map((name) => `${name}=${value}`);
		}),
	);
	t.deepEqual(
		lines(stdout),
		expected.map((words) => words.join(" ")),
	);
});

test("init() gives a rank its place", async (t) => {
	const script =
		"import { init } from 'tsmpi'; const { world, hostname, localRank, localSize, nodeRank } = await init();" +
		"console.log(world.rank, world.size, hostname, localRank, localSize, nodeRank);";
	const node = [process.execPath, "--input-type=module", "-e", script];
	const { stdout } = await tsmpirun(t, ["-n", "2", ...node]);
	t.deepEqual(lines(stdout), [`0 2 ${hostname()} 0 2 0`, `1 2 ${hostname()} 1 2 0`]);
});

test("ranks have tsmpirun's whole environment, and -x adds to it", async (t) => {
	const names = ["TSMPI_TEST_KEPT", "TSMPI_TEST_A", "TSMPI_TEST_B", "TSMPI_TEST_C", "TSMPI_RANK"];
	const words = [
		...["-x", "TSMPI_TEST_A=1=2 3", "-x", "TSMPI_TEST_B", "-x", "TSMPI_TEST_C=", "-x", "TSMPI_RANK=9"],
		...[ENVIRONMENT, ...names],
	];
	const env = { TSMPI_TEST_KEPT: "kept", TSMPI_TEST_B: "b" };
	const { stdout, stderr } = await tsmpirun(t, ["-n", "1", ...words], { env });
	t.is(stdout, "TSMPI_TEST_KEPT=kept TSMPI_TEST_A=1=2 3 TSMPI_TEST_B=b TSMPI_TEST_C= TSMPI_RANK=0\n");
	t.is(stderr, "");
});

test("-x of a variable that is not set is a warning", async (t) => {
	const { stdout, stderr, code } = await tsmpirun(t, ["-n", "1", "-x", "NOT_SET", ENVIRONMENT, "NOT_SET"]);
	t.is(stdout, "NOT_SET=undefined\n");
	t.is(stderr, "tsmpirun: -x NOT_SET: this variable is not set, so the ranks do not get it\n");
	t.is(code, 0);
});

test("programs after a colon are ranks of one job, each with its own -x and --wdir", async (t) => {
	const { folder } = workplace(t);
	const show = ["sh", "-c", 'echo "$TSMPI_RANK/$TSMPI_SIZE $PWD A=$A B=$B"'];
	const words = ["-n", "2", "-x", "A=1", "--wdir", "/", ...show, ":", "-x", "B=2", "--wdir", folder, ...show];
	const { stdout, code } = await tsmpirun(t, words);
	t.deepEqual(lines(stdout), ["0/3 / A=1 B=", "1/3 / A=1 B=", `2/3 ${folder} A= B=2`]);
	t.is(code, 0);
});

test("init() refuses to be one of several worlds of one under another launcher", async (t) => {
	const script = "import { init } from 'tsmpi'; const { world } = await init(); console.log(world.size);";
	const node = `"$NODE" --input-type=module -e "${script}"`;
	for (const name of ["SLURM_NTASKS", "PMI_SIZE", "OMPI_COMM_WORLD_SIZE"]) {
		const two = await shell(t, `${name}=2 ${node}`);
		t.is(two.code, 1);
		t.true(two.stderr.includes(`Cannot join a job: ${name}=2 says that this process is one of several`));
	}
	t.is((await shell(t, `SLURM_NTASKS=1 ${node}`)).stdout, "1\n");
	t.is((await shell(t, `SLURM_NTASKS=2 PMI_SIZE=2 tsmpirun -n 2 ${node}`)).stdout, "2\n2\n");
});

test("a rank can run a tsmpirun of its own", async (t) => {
	const place = workplace(t);
	const cli = fileURLToPath(new URL("../../launch/cli.js", import.meta.url));
	const inner = [process.execPath, cli, "-n", "3", "sh", "-c", "echo inner $TSMPI_RANK $TSMPI_SIZE"];
	const { stdout, code } = await tsmpirun(t, ["-n", "2", ...inner], place);
	const own = ["inner 0 3", "inner 1 3", "inner 2 3"];
	t.deepEqual(lines(stdout), [...own, ...own].sort());
	t.is(code, 0);
	t.deepEqual(place.left(), []);
});
