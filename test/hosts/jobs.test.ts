import { createHash, randomBytes } from "node:crypto";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { availableParallelism } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { workplace } from "../support/workplace.ts";
import { LAB_SCRIPTS } from "./support/lab.ts";
import { withLab } from "./support/with-lab.ts";

const program = (name: string) => fileURLToPath(new URL(`../launch/programs/${name}.js`, import.meta.url));
const STAY = program("stay");
const ENVIRONMENT = program("environment");
const SERVE = program("serve");
const SURVIVE = fileURLToPath(new URL("./programs/survive.js", import.meta.url));
const labTest = withLab(2);

/** Lines in order: ranks speak when they like. */
const sorted = (text: string) => text.trimEnd().split("\n").sort();

/** Resolves once a process is stopped; nothing tells. */
async function stopped(pid: number): Promise<void> {
	while (!/^State:\s+T/m.test(readFileSync(`/proc/${pid}/status`, "latin1"))) await delay(10);
}

labTest("ranks run on the hosts that were named, this machine among them", async (t, lab) => {
	const words = ["-H", "node1:2,head,node2", "--tag-output", "--display-map", "hostname"];
	const { code, stdout, stderr } = await lab.run(t, words);
	t.is(code, 0);
	t.deepEqual(sorted(stdout), ["[0] node1", "[1] node1", "[2] head", "[3] node2"]);
	t.regex(
		stderr,
		/^Map: 4 ranks on 3 hosts\nhost node1: 2 slots, 2 ranks\n.*\n.*\nhost head: 1 slot, 1 rank\n/,
	);
});

labTest("the exit code is that of the first rank that failed, wherever it ran", async (t, lab) => {
	const fail = (script: string) =>
		lab.run(t, ["-H", "node1,node2", "sh", "-c", `[ "$TSMPI_RANK" = 0 ] || ${script}; exec sleep 60`]);
	const exit = await fail("exit 7");
	t.regex(exit.stderr, /^tsmpirun: rank 1 \(host node2, pid \d+\) exited with code 7\n$/);
	t.is(exit.code, 7);
	t.is((await fail("kill -s SEGV $$")).code, 139);
});

labTest(
	"standard input reaches rank 0 on another host, and only there, unless --stdin says so",
	async (t, lab) => {
		const input = randomBytes(3_000_000);
		const digest = createHash("sha256").update(input).digest("hex");
		const show = ["sh", "-c", 'echo "$TSMPI_RANK $(sha256sum | cut -c1-64)"'];
		const empty = createHash("sha256").digest("hex");
		const first = await lab.run(t, ["-H", "node1,node2", ...show], { input });
		t.deepEqual(sorted(first.stdout), [`0 ${digest}`, `1 ${empty}`]);
		const both = await lab.run(t, ["-H", "node1,node2", "--stdin", "all", ...show], { input });
		t.deepEqual(sorted(both.stdout), [`0 ${digest}`, `1 ${digest}`]);
	},
);

labTest("output of all hosts is whole lines, and none is missing", async (t, lab) => {
	const lines = 50_000;
	const script = `seq -f "$TSMPI_RANK %010.0f" ${lines}`;
	const { stdout, code } = await lab.run(t, ["-H", "node1:2,node2:2", "sh", "-c", script]);
	t.is(code, 0);
	const counts = new Map<string, number>();
	for (const line of stdout.trimEnd().split("\n")) {
		const [rank = "", number = ""] = line.split(" ");
		const next = (counts.get(rank) ?? 0) + 1;
		counts.set(rank, next);
		if (Number(number) !== next) t.fail(`line ${next} of rank ${rank} is ${line}`);
	}
	t.deepEqual([...counts.values()], [lines, lines, lines, lines]);
});

labTest("signals reach the ranks of all hosts", async (t, lab) => {
	const place = workplace(t);
	const job = lab.start(t, ["-H", "node1,node2", STAY, "tell"], { env: place.env });
	for (const rank of [0, 1]) await job.waitForLine(new RegExp(`^rank ${rank} pid`));
	job.child.kill("SIGUSR2");
	for (const rank of [0, 1]) await job.waitForLine(new RegExp(`^rank ${rank} got SIGUSR2`));
	// Stopped and continued, with tsmpirun itself.
	job.child.kill("SIGTSTP");
	await stopped(job.child.pid ?? 0);
	job.child.kill("SIGCONT");
	for (const rank of [0, 1]) await job.waitForLine(new RegExp(`^rank ${rank} got SIGCONT`));
	job.child.kill("SIGTERM");
	const { code, stderr } = await job.done;
	t.is(code, 143);
	t.is(stderr, "tsmpirun: SIGTERM: ending all ranks\n");
	t.is(await lab.leftAfter(5000), "");
	t.deepEqual(await place.leftAfter(1000), []);
});

labTest("a job on several hosts has the time that it asked for, wherever rank 0 runs", async (t, lab) => {
	const place = workplace(t);
	const job = lab.start(t, ["-H", "node1,node2,head", SERVE, "finish", "31"], { env: place.env });
	for (const rank of [0, 1, 2]) await job.waitForLine(new RegExp(`^rank ${rank} pid`));
	job.child.kill("SIGTERM");
	const { code, stdout, stderr } = await job.done;
	t.is(stderr, "tsmpirun: SIGTERM: waiting up to 31 s for rank 0 to finish; again to end at once\n");
	t.deepEqual(stdout.trimEnd().split("\n").slice(3), [
		"rank 0 got SIGTERM",
		"rank 1 is there",
		"rank 2 is there",
	]);
	t.is(code, 0);
	t.is(await lab.leftAfter(5000), "");
	t.deepEqual(await place.leftAfter(1000), []);
});

labTest(
	"ranks elsewhere get variables of certain names, those of -x, and with --env-all the rest",
	async (t, lab) => {
		const names = ["HF_TOKEN", "LLAMA_TEST", "NODE_TEST", "A", "B", "CUDA_VISIBLE_DEVICES", "HOME"];
		const env = { HF_TOKEN: "h", LLAMA_TEST: "l", NODE_TEST: "n", A: "a", B: "b", CUDA_VISIBLE_DEVICES: "7" };
		const run = async (...options: string[]) => {
			const words = ["-H", "node1", ...options, ENVIRONMENT, ...names];
			return (await lab.run(t, words, { env: { ...env, HOME: "/tmp" } })).stdout;
		};
		const start = "HF_TOKEN=h LLAMA_TEST=l NODE_TEST=n";
		const end = "CUDA_VISIBLE_DEVICES=undefined HOME=/root\n";
		t.is(await run(), `${start} A=undefined B=undefined ${end}`);
		t.is(await run("-x", "A", "-x", "B=2"), `${start} A=a B=2 ${end}`);
		t.is(await run("--env-all"), `${start} A=a B=b ${end}`);
	},
);

labTest("GPUs and cores are shared out on each host by itself", async (t, lab) => {
	const show = ["sh", "-c", 'echo "$TSMPI_RANK $CUDA_VISIBLE_DEVICES $(nproc)"'];
	const options = ["-x", "CUDA_VISIBLE_DEVICES=4,6", "--bind-to", "core"];
	const { stdout } = await lab.run(t, ["-H", "node1:2,node2:2", ...options, ...show]);
	t.deepEqual(
		sorted(stdout).map((line) => line.split(" ").slice(0, 2).join(" ")),
		["0 4", "1 6", "2 4", "3 6"],
	);
	const share = Math.max(1, Math.floor(availableParallelism() / 2));
	t.deepEqual(
		sorted(stdout).map((line) => Number(line.split(" ")[2])),
		[share, share, share, share],
	);
});

labTest("--preload copies files to hosts that do not have them, and removes them", async (t, lab) => {
	const { folder } = workplace(t);
	const data = randomBytes(9_000_000);
	writeFileSync(join(folder, "data"), data);
	writeFileSync(
		join(folder, "hash.mjs"),
		`import { readFileSync } from "node:fs"; import { createHash } from "node:crypto"; import { init } from "tsmpi";
		const { world } = await init(); const hash = createHash("sha256").update(readFileSync(process.argv[2])).digest("hex");
		console.log(await world.allreduce(1, { op: (a, b) => a + b }), hash, process.env.TSMPI_PRELOAD);`,
	);
	// Each host has a /dev/shm of its own.
	await lab.hosts("exec", "head", "--", "cp", join(folder, "data"), join(folder, "hash.mjs"), "/dev/shm");
	const files = ["/dev/shm/hash.mjs", "/dev/shm/data"];
	const words = ["-H", "node1,node2", "--preload", files.join(","), ...files];
	const { stdout, stderr, code } = await lab.run(t, words);
	t.is(stderr, "");
	t.is(code, 0);
	const digest = createHash("sha256").update(data).digest("hex");
	const answers = sorted(stdout).map((line) => line.split(" "));
	t.deepEqual(
		answers.map(([count, hash]) => [count, hash]),
		[
			["2", digest],
			["2", digest],
		],
	);
	const places = answers.map(([, , place = ""]) => place);
	t.is(new Set(places).size, 2);
	for (const place of places) t.false(existsSync(place));
});

for (const [what, agent] of [
	["passes standard input on", () => "ssh $TSMPI_RSH_ARGS"],
	["does not", () => `bash ${LAB_SCRIPTS}kubexec.sh`],
] as const) {
	labTest(`--launch-agent takes a command that ${what}`, async (t, lab) => {
		const command = agent().replace("$TSMPI_RSH_ARGS", lab.sshArguments);
		const words = ["--launch-agent", command, "-H", "node1:2,node2:2", "--tag-output"];
		const { code, stdout, stderr } = await lab.run(t, [...words, "hostname"]);
		t.is(stderr, "");
		t.is(code, 0);
		t.deepEqual(sorted(stdout), ["[0] node1", "[1] node1", "[2] node2", "[3] node2"]);
		const job = lab.start(t, [...words, STAY]);
		for (let rank = 0; rank < 4; rank++) await job.waitForLine(new RegExp(`rank ${rank} pid`));
		job.child.kill("SIGKILL");
		await job.done;
		t.is(await lab.leftAfter(10_000), "");
	});
}

labTest("with --on-failure continue the others outlive a host, and are told of its ranks", async (t, lab) => {
	const words = ["--on-failure", "continue", "-H", "node1:2,node2:2", SURVIVE];
	const job = lab.start(t, words);
	for (let rank = 0; rank < 4; rank++) await job.waitForLine(new RegExp(`^rank ${rank} waits`));
	await lab.hosts("crash", "node2");
	const { code, stdout, stderr } = await job.done;
	await lab.hosts("boot", "node2");
	t.regex(stderr, /^tsmpirun: host node2 is lost, with ranks 2, 3: [^\n]*\n$/);
	t.is(code, 1);
	t.deepEqual(
		sorted(stdout).filter((line) => !line.endsWith("waits")),
		["rank 0 lost 3 to ERR_PROC_FAILED, 2 are left", "rank 1 lost 2 to ERR_PROC_FAILED, 2 are left"],
	);
});
