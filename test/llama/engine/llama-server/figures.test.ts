import { join } from "node:path";
import test from "ava";
import { DeadlineEngine } from "../../../../src/llama/engine/deadline.ts";
import { RestartingEngine } from "../../../../src/llama/engine/restarting.ts";
import { complete, startEngine } from "../../../../src/llama/index.ts";
import { LLAMA_SERVER } from "../../support/bare-server.ts";
import { EchoEngine } from "../../support/engines.ts";
import { temporaryFolder, writeCycle } from "../../support/models.ts";

const folder = temporaryFolder();
const run = LLAMA_SERVER === undefined ? test.skip : test;

run("llama-server's own figures come through every engine around it", async (t) => {
	const inner = await startEngine({
		...{ model: await writeCycle(join(folder, "figures.gguf")), engine: "llama-server", gpu: "cpu" },
		...{ threads: 1, slots: 2, contextSize: 512 },
	});
	t.teardown(() => inner.close());
	const restarting = new RestartingEngine(inner, async () => inner);
	const engine = new DeadlineEngine(restarting, 60);
	const { usage } = await complete(engine, "abc", { maxTokens: 5 });
	const figures = await engine.figures();
	t.is(figures["llamacpp:tokens_predicted_total"], usage.completionTokens);
	t.is(figures["llamacpp:requests_processing"], 0);
	t.true((figures["llamacpp:n_decode_total"] ?? 0) > 0);
	t.true(Object.keys(figures).every((name) => name.startsWith("llamacpp:")));
	await inner.close();
	await t.throwsAsync(engine.figures(), { code: "ERR_ENGINE_CLOSED" });
});

test("an engine without figures has none, whatever is around it", async (t) => {
	const restarting = new RestartingEngine(new EchoEngine(), async () => new EchoEngine());
	t.deepEqual(await new DeadlineEngine(restarting, 60).figures(), {});
});
