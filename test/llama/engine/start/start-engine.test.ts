import { chmodSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import test from "ava";
import { complete, EngineError, startEngine } from "../../../../src/llama/index.ts";
import { temporaryFolder, writeCycle } from "../../support/models.ts";

const folder = temporaryFolder();
// A llama-server that is merely found, and cannot be run.
const bin = join(folder, "bin");
mkdirSync(bin);
writeFileSync(join(bin, "llama-server"), "#!/bin/sh\nexit 127\n");
chmodSync(join(bin, "llama-server"), 0o755);
process.env.PATH = `${bin}:${process.env.PATH}`;
delete process.env.LLAMA_SERVER;

const OPTIONS = { gpu: "cpu", slots: 1, contextSize: 256, threads: 1 } as const;

test("startEngine() takes node-llama-cpp where the llama-server that it found cannot be run, and notes it", async (t) => {
	const model = await writeCycle(join(folder, "cycle.gguf"));
	const engine = await startEngine({ ...OPTIONS, model });
	t.teardown(() => engine.close());
	t.is(engine.info.kind, "node-llama-cpp");
	t.is(engine.info.note, `llama-server ${join(bin, "llama-server")} was not used: it cannot be run`);
	t.is((await complete(engine, "x", { maxTokens: 2 })).text, "yz");
});

test("startEngine() does not go past a llama-server that was asked for", async (t) => {
	const model = await writeCycle(join(folder, "asked.gguf"));
	for (const options of [{ engine: "llama-server" }, { llamaServer: "llama-server" }] as const) {
		await t.throwsAsync(startEngine({ ...OPTIONS, ...options, model }), {
			instanceOf: EngineError,
			code: "ERR_ENGINE_MISSING",
			message: `Cannot run llama-server ${join(bin, "llama-server")}: it exited with code 127`,
		});
	}
});
