import { writeFileSync } from "node:fs";
import { availableParallelism, hostname } from "node:os";
import { join } from "node:path";
import test, { type ExecutionContext } from "ava";
import { type RunResult, tsmpirun } from "../../support/run.ts";
import { workplace } from "../../support/workplace.ts";

/** Ranks that a command line starts. */
async function count(t: ExecutionContext, options: readonly string[], cwd?: string): Promise<number> {
	const result = await tsmpirun(t, [...options, "echo", "here"], cwd === undefined ? {} : { cwd });
	t.is(result.stderr, "");
	t.is(result.code, 0);
	return result.stdout.split("here\n").length - 1;
}

/** A run in a folder that has this hostfile. */
function withHosts(
	t: ExecutionContext,
	text: string,
	options: readonly string[] = [],
): { run: (env?: Record<string, string>) => Promise<RunResult>; count: () => Promise<number> } {
	const { folder } = workplace(t);
	writeFileSync(join(folder, "hosts"), text);
	const words = ["--hostfile", "hosts", ...options];
	return {
		run: (env = {}) => tsmpirun(t, [...words, "echo", "here"], { cwd: folder, env }),
		count: () => count(t, words, folder),
	};
}

test("without -n there are as many ranks as cores; without hosts more are never refused", async (t) => {
	t.is(await count(t, []), availableParallelism());
	t.is(await count(t, ["-np", `${availableParallelism() + 3}`]), availableParallelism() + 3);
});

test("--host and --hostfile give the slots", async (t) => {
	t.is(await count(t, ["-H", "localhost:3"]), 3);
	t.is(await count(t, ["-host", `localhost,${hostname()}:2,127.0.0.1`]), 4);
	t.is(await count(t, ["-H", "localhost:3", "-n", "2"]), 2);
	t.is(await withHosts(t, "# mine\n\nlocalhost slots=2 # two\n127.0.0.1:1\n").count(), 3);
	t.is(await withHosts(t, "localhost max_slots=3\n", ["-n", "1"]).count(), 1);
});

test("more ranks than slots are refused, unless --oversubscribe allows them up to max_slots", async (t) => {
	const refused = await tsmpirun(t, ["-H", "localhost:2", "-n", "3", "true"]);
	t.is(refused.code, 1);
	t.is(
		refused.stderr,
		"tsmpirun: Cannot start 3 ranks: the hosts have 2 slots (--oversubscribe allows more)\n",
	);
	t.is(await count(t, ["-H", "localhost:2", "-n", "3", "--oversubscribe"]), 3);
	const hosts = "localhost slots=1 max_slots=2\n";
	t.is(await withHosts(t, hosts, ["-n", "2", "--oversubscribe"]).count(), 2);
	const above = await withHosts(t, hosts, ["-n", "3", "--oversubscribe"]).run();
	t.is(above.code, 1);
	t.is(above.stderr, "tsmpirun: Cannot start 3 ranks: max_slots of the hosts allows 2\n");
});

test("without --host and --hostfile, TSMPI_HOSTFILE names the hosts, else what the MPI operator sets", async (t) => {
	const { folder } = workplace(t);
	const file = (name: string, text: string) => {
		writeFileSync(join(folder, name), text);
		return join(folder, name);
	};
	const own = file("own", "localhost slots=3\n");
	const foreign = file("foreign", "localhost:4\n");
	const run = (env: Record<string, string>, ...options: string[]) =>
		tsmpirun(t, [...options, "echo", "here"], { env });
	const ranks = ({ stdout }: RunResult) => stdout.split("here\n").length - 1;
	const both = await run({ TSMPI_HOSTFILE: own, HYDRA_HOST_FILE: foreign });
	t.is(ranks(both), 3);
	t.is(both.stderr, "");
	t.is(ranks(await run({ TSMPI_HOSTFILE: own }, "-H", "localhost:2")), 2);
	for (const name of ["OMPI_MCA_orte_default_hostfile", "HYDRA_HOST_FILE"]) {
		const result = await run({ [name]: foreign, TSMPI_HOSTFILE: "" });
		t.is(ranks(result), 4);
		t.is(result.stderr, `tsmpirun: hosts are those of ${foreign} (${name})\n`);
		t.is(ranks(await run({ [name]: join(folder, "none") })), availableParallelism());
	}
	const missing = await run({ TSMPI_HOSTFILE: join(folder, "none") });
	t.is(missing.code, 1);
	t.regex(missing.stderr, /^tsmpirun: Cannot read the hostfile TSMPI_HOSTFILE=\S+none: ENOENT.*\n$/);
});

for (const [what, text, error] of [
	[
		"an unknown word",
		"localhost\nlocalhost slost=3\n",
		'hosts:2:11: Unknown word "slost": did you mean slots=?',
	],
	[
		"a bad number",
		"localhost slots=two\n",
		'hosts:1:17: Cannot read "two" as slots: a number from 1 up is needed',
	],
	["no host", "# nothing\n", "Cannot find a host in hosts: it has only comments and blank lines"],
] as const) {
	test(`a hostfile with ${what} is one clear line`, async (t) => {
		const { code, stderr, stdout } = await withHosts(t, text).run();
		t.is(stderr, `tsmpirun: ${error}\n`);
		t.is(stdout, "");
		t.is(code, 1);
	});
}

test("hosts that cannot be read are one clear line", async (t) => {
	const missing = await tsmpirun(t, ["--hostfile", "/no/such/hosts", "true"]);
	t.is(missing.code, 1);
	t.regex(missing.stderr, /^tsmpirun: Cannot read the hostfile \/no\/such\/hosts: ENOENT.*\n$/);
	const remote = await tsmpirun(t, ["-H", "localhost,node7", "--launcher", "local", "true"]);
	t.is(remote.code, 1);
	const own = hostname();
	t.is(
		remote.stderr,
		`tsmpirun: Cannot start ranks on host node7 with --launcher local: this machine is ${own}\n`,
	);
	const both = await tsmpirun(t, ["-H", "localhost", "--hostfile", "x", "true"]);
	t.is(both.code, 2);
	t.regex(both.stderr, /^tsmpirun: .*--hostfile.*--host.*\n$/);
});

test("--display-map shows on stderr where each rank runs, and runs it", async (t) => {
	const env = { CUDA_VISIBLE_DEVICES: "0,1" };
	const words = ["-H", "localhost:1", "-n", "3", "--oversubscribe", "--display-map", "echo", "here"];
	const { stdout, stderr } = await tsmpirun(t, words, { env });
	t.is(stdout, "here\nhere\nhere\n");
	t.deepEqual(stderr.split("\n"), [
		"Map: 3 ranks on 1 host",
		"host localhost: 1 slot, 2 GPUs, 3 ranks, oversubscribed",
		"  2 GPUs for 3 ranks: ranks share GPUs",
		"  rank 0: local rank 0, GPU 0",
		"  rank 1: local rank 1, GPU 1",
		"  rank 2: local rank 2, GPU 0",
		"",
	]);
});

test("--map-by, --rank-by and gpus= show in the map", async (t) => {
	const env = { CUDA_VISIBLE_DEVICES: "0,1,2" };
	const map = async (text: string, ...options: string[]) => {
		const { run } = withHosts(t, text, ["--dry-run", ...options]);
		return (await run(env)).stdout.replaceAll(/, \S+echo here/g, "");
	};
	t.is(
		await map("localhost slots=4 gpus=2\n", "--map-by", "ppr:3:node"),
		[
			"Map: 3 ranks on 1 host",
			"host localhost: 4 slots, 2 GPUs, 3 ranks",
			"  2 GPUs for 3 ranks: ranks share GPUs",
			"  rank 0: local rank 0, GPU 0",
			"  rank 1: local rank 1, GPU 1",
			"  rank 2: local rank 2, GPU 0",
			"",
		].join("\n"),
	);
	t.regex(await map("localhost gpus=0\n"), /: 1 slot, 0 GPUs, 1 rank\n {2}rank 0: local rank 0, no GPU\n$/);
});

test("--dry-run shows the map of other hosts without asking them", async (t) => {
	const words = ["--dry-run", "-H", "node[8-9].invalid:2", "--rank-by", "node", "prog.js", "a b"];
	const { stdout, stderr, code } = await tsmpirun(t, words);
	t.is(
		stdout,
		[
			"Map: 4 ranks on 2 hosts",
			"host node8.invalid: 2 slots, 2 ranks (GPUs and cores: not asked)",
			"  rank 0: local rank 0, prog.js 'a b'",
			"  rank 2: local rank 1, prog.js 'a b'",
			"host node9.invalid: 2 slots, 2 ranks (GPUs and cores: not asked)",
			"  rank 1: local rank 0, prog.js 'a b'",
			"  rank 3: local rank 1, prog.js 'a b'",
			"",
		].join("\n"),
	);
	t.is(stderr, "");
	t.is(code, 0);
});

test("--dry-run prints the map with the commands and starts nothing", async (t) => {
	const place = workplace(t);
	const words = ["--dry-run", "-n", "1", "sh", "-c", "touch 'a b'", ":", "-n", "1", "true", "x"];
	const { stdout, stderr, code } = await tsmpirun(t, words, { ...place, cwd: place.folder });
	t.is(code, 0);
	t.is(stderr, "");
	t.regex(
		stdout,
		/^Map: 2 ranks on 1 host\nhost \S+: .*\n {2}rank 0: .*\/sh -c 'touch '\\''a b'\\'''\n {2}rank 1: .*\/true x\n$/,
	);
	t.deepEqual(place.left(), []);
	t.is((await tsmpirun(t, ["--dry-run", "no-such-program"])).code, 127);
});
