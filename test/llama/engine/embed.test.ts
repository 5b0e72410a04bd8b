import { join } from "node:path";
import test from "ava";
import { RestartingEngine } from "../../../src/llama/engine/restarting.ts";
import { complete, type Engine, EngineError } from "../../../src/llama/index.ts";
import { forEachEngine } from "../support/each-engine.ts";
import { temporaryFolder, writeCycle } from "../support/models.ts";

const folder = temporaryFolder();

const dot = (a: Float32Array, b: Float32Array) =>
	a.reduce((sum, value, index) => sum + value * (b[index] ?? 0), 0);

forEachEngine(["node-llama-cpp", "llama-server"], (kind, start) => {
	let engine: Engine;

	test.before(async () => {
		const model = await writeCycle(join(folder, `${kind}.gguf`));
		engine = await start({ model, slots: 2, contextSize: 64 });
	});
	test.after.always(() => engine.close());

	test(`${kind}: embed() gives vectors of length 1, equal for equal texts, while requests run`, async (t) => {
		const running = complete(engine, "abc", { maxTokens: 50 });
		const [abc, again, other] = await Promise.all(["abc", "abc", "xyz"].map((text) => engine.embed(text)));
		if (abc === undefined || again === undefined || other === undefined) return t.fail();
		t.true(Math.abs(dot(abc, abc) - 1) < 1e-5);
		t.deepEqual(again, abc);
		t.is(other.length, abc.length);
		t.true(dot(abc, other) < 0.99);
		t.is((await running).usage.completionTokens, 50);
		// The engine that restarts passes it on.
		const restarting = new RestartingEngine(engine, () => Promise.reject(new Error("not needed")));
		t.deepEqual(await restarting.embed("abc"), abc);
	});

	test(`${kind}: embed() of a text that does not fit names both numbers`, async (t) => {
		const error = await t.throwsAsync(engine.embed("a".repeat(100)), { instanceOf: EngineError });
		t.is((error as EngineError).code, "ERR_PROMPT_TOO_LONG");
		t.regex(error?.message ?? "", /a text of 101 tokens: the context has 64 tokens/);
	});

	test(`${kind}: embed() with an aborted signal rejects with its reason`, async (t) => {
		const reason = new Error("enough");
		await t.throwsAsync(engine.embed("abc", { signal: AbortSignal.abort(reason) }), { is: reason });
		const controller = new AbortController();
		const pending = engine.embed("abc", { signal: controller.signal });
		controller.abort(reason);
		await t.throwsAsync(pending, { is: reason });
	});
});
