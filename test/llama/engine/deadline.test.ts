import { join } from "node:path";
import test from "ava";
import { DeadlineEngine } from "../../../src/llama/engine/deadline.ts";
import { complete, EngineError } from "../../../src/llama/index.ts";
import { forEachEngine } from "../support/each-engine.ts";
import { temporaryFolder, writeCycle } from "../support/models.ts";

const folder = temporaryFolder();

forEachEngine(["node-llama-cpp", "llama-server", "endpoint"], (kind, start) => {
	test(`${kind}: DeadlineEngine ends a request that takes too long, and only that`, async (t) => {
		const model = await writeCycle(join(folder, `${kind}.gguf`));
		const engine = await start({ model, slots: 1, contextSize: 2048 });
		t.teardown(() => engine.close());
		const late = {
			instanceOf: EngineError,
			code: "ERR_TIMEOUT",
			message: "Cannot finish a request: it took longer than 0.02 s",
		};
		const hurried = new DeadlineEngine(engine, 0.02);
		await t.throwsAsync(complete(hurried, "a", { maxTokens: 2000 }), late);
		t.is((await complete(engine, "x", { maxTokens: 2 })).text, "yz");
		// A caller's own signal is still heard, and a patient engine changes nothing.
		const patient = new DeadlineEngine(engine, 1000);
		const reason = new Error("enough");
		t.is(await t.throwsAsync(complete(patient, "x", { signal: AbortSignal.abort(reason) })), reason);
		t.is((await complete(patient, "x", { maxTokens: 2 })).text, "yz");
		t.is(patient.info, engine.info);
	});
});
