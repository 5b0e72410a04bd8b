import childProcess, { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { syncBuiltinESMExports } from "node:module";
import { fileURLToPath } from "node:url";
import test from "ava";
import { openLlama } from "../../../../src/llama/engine/node-llama-cpp/host/llama.ts";
import { withoutSelfTest } from "../../../../src/llama/engine/node-llama-cpp/host/self-test.ts";

const TEST_FILE = fileURLToPath(new URL("../../programs/testBindingBinary.js", import.meta.url));

/** Counts the processes that are really forked while something runs. */
async function forks(work: () => Promise<void>): Promise<number> {
	const real = childProcess.fork;
	let count = 0;
	childProcess.fork = ((...args: Parameters<typeof real>) => {
		count += 1;
		return real(...args);
	}) as typeof real;
	syncBuiltinESMExports();
	try {
		await work();
	} finally {
		childProcess.fork = real;
		syncBuiltinESMExports();
	}
	return count;
}

/** The test as node-llama-cpp makes it; resolves with what its last answer holds. */
async function selfTest(
	child: ChildProcess,
	gpu: unknown,
	between: readonly string[] = [],
): Promise<unknown> {
	await once(child, "message");
	child.send({ type: "start", gpu });
	await once(child, "message");
	for (const type of between) {
		child.send({ type });
		await once(child, "message");
	}
	child.send({ type: "test" });
	const [done] = await once(child, "message");
	child.send({ type: "exit" });
	if (child.exitCode === null) await once(child, "exit");
	return done;
}

test.serial(
	"node-llama-cpp opens its binary for the processor without a process that tries it first",
	async (t) => {
		const count = await forks(async () => {
			const { llama } = await openLlama("cpu");
			t.is(llama.gpu, false);
		});
		t.is(count, 0);
	},
);

test.serial("the test of a binary for the processor passes without a process", async (t) => {
	const count = await forks(() =>
		withoutSelfTest(async () => {
			const child = fork(TEST_FILE);
			t.deepEqual(await selfTest(child, false), { type: "done" });
			t.is(child.exitCode, 0);
		}),
	);
	t.is(count, 0);
});

test.serial("the test of a binary for a GPU runs in a process", async (t) => {
	const count = await forks(() =>
		withoutSelfTest(async () => {
			const child = fork(TEST_FILE);
			t.deepEqual(await selfTest(child, "cuda"), { type: "done", had: ["start", "test"] });
			t.is(child.exitCode, 0);
		}),
	);
	t.is(count, 1);
});

test.serial("a test that is not known goes on in a process, which misses nothing", async (t) => {
	const count = await forks(() =>
		withoutSelfTest(async () => {
			const child = fork(TEST_FILE);
			const done = await selfTest(child, false, ["probe"]);
			t.deepEqual(done, { type: "done", had: ["start", "probe", "test"] });
		}),
	);
	t.is(count, 1);
});

test.serial("other programs are forked as they were", async (t) => {
	const before = childProcess.fork;
	await withoutSelfTest(async () => {
		const child = fork(fileURLToPath(import.meta.url), { execArgv: ["--check"] });
		t.true(child.pid !== undefined);
		t.deepEqual(await once(child, "exit"), [0, null]);
	});
	t.is(childProcess.fork, before);
});
