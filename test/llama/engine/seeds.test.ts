import { join } from "node:path";
import test from "ava";
import { complete, writeDemoModel } from "../../../src/llama/index.ts";
import { forEachEngine } from "../support/each-engine.ts";
import { temporaryFolder } from "../support/models.ts";

const folder = temporaryFolder();

forEachEngine(["node-llama-cpp", "llama-server", "endpoint"], (kind, start) => {
	test(`${kind}: generate() repeats a seed's text on every sequence, next to any others`, async (t) => {
		const model = join(folder, `${kind}.gguf`);
		await writeDemoModel(model, "tiny");
		const engine = await start({ model, slots: 4, contextSize: 256 });
		t.teardown(() => engine.close());
		const text = async (seed: number, temperature = 1) =>
			(await complete(engine, "Once upon a time", { seed, temperature, maxTokens: 40 })).text;
		const alone = await text(3);
		t.deepEqual(
			await Promise.all([text(3), text(4), text(3), text(5), text(3)]).then((all) => [
				all[0],
				all[2],
				all[4],
			]),
			[alone, alone, alone],
		);
		t.is(new Set(await Promise.all([3, 4, 5, 6].map((seed) => text(seed)))).size, 4);
		// Temperature 0 does not ask the seed.
		t.is(await text(3, 0), await text(4, 0));
		t.not(await text(3, 0), alone);
	});
});
