import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import test from "ava";
import { EngineError, startEngine } from "../../../src/llama/index.ts";
import { temporaryFolder, writeCycle } from "../support/models.ts";
import { descendants, isEngine, type ProcessEntry } from "../support/processes.ts";

const folder = temporaryFolder();
const OPTIONS = { engine: "node-llama-cpp", gpu: "cpu", slots: 1, contextSize: 256, threads: 1 } as const;

async function engineProcess(): Promise<ProcessEntry> {
	for (;;) {
		const found = descendants(process.pid).find(isEngine);
		if (found !== undefined) return found;
		await new Promise((resolve) => setImmediate(resolve));
	}
}

test.serial("startEngine() gives llama.cpp's own reason, and leaves no process", async (t) => {
	const model = readFileSync(await writeCycle(join(folder, "cycle.gguf")));
	const path = join(folder, "renamed.gguf");
	const name = "blk.0.attn_output.weight";
	model.write(name.replace("output", "outpux"), model.indexOf(name));
	writeFileSync(path, model);
	const error = await t.throwsAsync(startEngine({ ...OPTIONS, model: path }), {
		instanceOf: EngineError,
		code: "ERR_ENGINE_LOAD",
	});
	t.true(error?.message.startsWith(`Cannot load model ${path}: missing tensor '${name}'`), error?.message);
	t.notRegex(error?.message ?? "", /\n|Failed to load/);
	t.deepEqual(descendants(process.pid).filter(isEngine), []);
});

test.serial("startEngine() rejects when llama.cpp takes its process down", async (t) => {
	const model = await writeCycle(join(folder, "cycle.gguf"));
	const starting = t.throwsAsync(startEngine({ ...OPTIONS, model }), {
		instanceOf: EngineError,
		code: "ERR_ENGINE_DIED",
		message: `Cannot load model ${model}: the engine's process was killed by SIGABRT`,
	});
	process.kill((await engineProcess()).pid, "SIGABRT");
	await starting;
});

test.serial("startEngine() refuses a model before it starts a process", async (t) => {
	await t.throwsAsync(startEngine({ ...OPTIONS, model: join(folder, "no.gguf") }), {
		instanceOf: EngineError,
		code: "ERR_MODEL",
	});
	const model = await writeCycle(join(folder, "cycle.gguf"));
	await t.throwsAsync(startEngine({ ...OPTIONS, model, slots: 257 }), { instanceOf: RangeError });
	await t.throwsAsync(startEngine({ ...OPTIONS, model, contextSize: 0 }), { instanceOf: RangeError });
	t.deepEqual(descendants(process.pid).filter(isEngine), []);
});

test.serial(
	"startEngine() takes the model's own context length if none is given, at most 4096",
	async (t) => {
		const model = await writeCycle(join(folder, "cycle.gguf"));
		const { contextSize, ...options } = OPTIONS;
		const engine = await startEngine({ ...options, model });
		t.teardown(() => engine.close());
		t.is(engine.info.contextSize, 2048);
	},
);
