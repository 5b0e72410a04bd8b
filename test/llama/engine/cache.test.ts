import { join } from "node:path";
import test from "ava";
import { complete } from "../../../src/llama/index.ts";
import { forEachEngine } from "../support/each-engine.ts";
import { temporaryFolder, writeCycle } from "../support/models.ts";

const folder = temporaryFolder();

forEachEngine(["node-llama-cpp", "llama-server", "endpoint"], (kind, start) => {
	test(`${kind}: generate() takes the free sequence that shares the longest prefix, and counts what was cached`, async (t) => {
		const model = await writeCycle(join(folder, `${kind}.gguf`));
		const engine = await start({ model, slots: 3, contextSize: 512 });
		t.teardown(() => engine.close());
		const cached = async (prompt: string) =>
			(await complete(engine, prompt, { maxTokens: 1 })).usage.cachedTokens;
		const first = "first ".repeat(40);
		const second = "second ".repeat(40);
		t.is(await cached(`${first}a`), 0);
		// All share the BOS token, which is no reason to give up what a sequence holds.
		t.true((await cached(`${second}a`)) <= 1);
		t.true((await cached("third")) <= 1);
		t.is(await cached(`${first}b`), first.length + 1);
		t.is(await cached(`${second}b`), second.length + 1);
		t.is(await cached(`${first}c`), first.length + 1);
		// Of the whole prompt all but the last token, which must be computed for there to be an answer.
		t.is(await cached(`${first}c`), first.length + 1);
	});
});
