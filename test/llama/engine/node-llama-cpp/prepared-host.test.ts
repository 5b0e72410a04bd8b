import { readFileSync } from "node:fs";
import { join } from "node:path";
import test from "ava";
import {
	dropPreparedHost,
	prepareHost,
	takeHost,
} from "../../../../src/llama/engine/node-llama-cpp/prepared-host.ts";
import { complete, startEngine } from "../../../../src/llama/index.ts";
import { temporaryFolder, writeCycle } from "../../support/models.ts";
import { descendants, isEngine, untilGone } from "../../support/processes.ts";

const folder = temporaryFolder();
const OPTIONS = { engine: "node-llama-cpp", gpu: "cpu", slots: 1, contextSize: 256, threads: 1 } as const;

const engines = () =>
	descendants(process.pid)
		.filter(isEngine)
		.map(({ pid }) => pid);

test.afterEach.always(async () => {
	dropPreparedHost();
	await untilGone(engines(), 5000);
});

test.serial("startEngine() goes on with the process that was prepared, once", async (t) => {
	const model = await writeCycle(join(folder, "cycle.gguf"));
	prepareHost("cpu");
	const prepared = engines();
	t.is(prepared.length, 1);
	const first = await startEngine({ ...OPTIONS, model });
	const second = await startEngine({ ...OPTIONS, model });
	t.is(first.info.pid, prepared[0]);
	t.not(second.info.pid, prepared[0]);
	t.is(engines().length, 2);
	const texts = await Promise.all([first, second].map((engine) => complete(engine, "a", { maxTokens: 5 })));
	t.is(texts[0]?.text, texts[1]?.text);
	await Promise.all([first.close(), second.close()]);
});

test.serial("preparing twice starts one process", (t) => {
	prepareHost("cpu");
	prepareHost("cpu");
	t.is(engines().length, 1);
});

test.serial("a prepared process that has died is not used", async (t) => {
	const model = await writeCycle(join(folder, "cycle.gguf"));
	prepareHost("cpu");
	const prepared = engines();
	process.kill(prepared[0] ?? -1, "SIGKILL");
	await untilGone(prepared, 5000);
	const engine = await startEngine({ ...OPTIONS, model });
	t.not(engine.info.pid, prepared[0]);
	await engine.close();
});

test.serial("a process that was prepared for another device is not used, and ends", async (t) => {
	prepareHost("auto");
	const prepared = engines();
	const host = takeHost("cpu");
	t.false(prepared.includes(host.pid ?? -1));
	await t.notThrowsAsync(untilGone(prepared, 5000));
	await host.close();
});

test.serial("a prepared process that nobody takes ends when it is dropped", async (t) => {
	prepareHost("cpu");
	const prepared = engines();
	dropPreparedHost();
	await t.notThrowsAsync(untilGone(prepared, 5000));
});

test.serial("an engine's process keeps what it compiles, and reads no certificates at its start", (t) => {
	const { NODE_EXTRA_CA_CERTS } = process.env;
	process.env.NODE_EXTRA_CA_CERTS = "/nowhere/ca.pem";
	t.teardown(() => {
		if (NODE_EXTRA_CA_CERTS === undefined) delete process.env.NODE_EXTRA_CA_CERTS;
		else process.env.NODE_EXTRA_CA_CERTS = NODE_EXTRA_CA_CERTS;
	});
	prepareHost("cpu");
	const variables = readFileSync(`/proc/${engines()[0]}/environ`, "utf8").split("\0");
	t.true(variables.some((variable) => /^NODE_COMPILE_CACHE=\/.*\/tsmpi\/compiled$/.test(variable)));
	t.true(variables.includes("UV_THREADPOOL_SIZE=1"));
	t.false(variables.some((variable) => variable.startsWith("NODE_EXTRA_CA_CERTS=")));
});
