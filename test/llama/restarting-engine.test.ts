import test from "ava";
import { complete, EngineError, RestartingEngine } from "../../src/llama/index.ts";
import { EchoEngine } from "./support/engines.ts";

test("RestartingEngine starts a dead engine again, once for all who ask", async (t) => {
	const first = new EchoEngine();
	const second = new EchoEngine();
	let starts = 0;
	const engine = new RestartingEngine(first, async () => {
		starts += 1;
		await new Promise((resolve) => setImmediate(resolve));
		return second;
	});
	t.is((await complete(engine, "a", { seed: 1 })).text, "a:1");
	t.is(engine.info.note, undefined);
	first.die();
	t.is(engine.failure, undefined, "it can still be used");
	const answers = await Promise.all(["b", "c", "d"].map((prompt) => complete(engine, prompt, { seed: 1 })));
	t.deepEqual(
		answers.map(({ text }) => text),
		["b:1", "c:1", "d:1"],
	);
	t.is(starts, 1);
	t.is(engine.info.note, "started again: it died");

	second.die();
	t.is(engine.failure, second.failure);
	await t.throwsAsync(complete(engine, "e"), { instanceOf: EngineError, code: "ERR_ENGINE_DIED" });
	await t.throwsAsync(engine.countTokens("e"), { code: "ERR_ENGINE_DIED" });
	t.is(starts, 1);
	t.is(engine.info.note, "started again: it died; not running at the end: it died");
});

test("RestartingEngine rejects everything when the engine cannot be started again", async (t) => {
	const first = new EchoEngine();
	let starts = 0;
	const engine = new RestartingEngine(first, async () => {
		starts += 1;
		throw new EngineError("ERR_MODEL", "gone");
	});
	first.die();
	await t.throwsAsync(complete(engine, "a"), { code: "ERR_MODEL" });
	await t.throwsAsync(complete(engine, "b"), { code: "ERR_ENGINE_DIED" });
	t.is(starts, 1);
	t.is(engine.failure, first.failure);
});

test("RestartingEngine closes the engine that it is just starting, and starts none after close()", async (t) => {
	const first = new EchoEngine();
	const second = new EchoEngine();
	let finish = () => {};
	const started = new Promise<void>((resolve) => {
		finish = resolve;
	});
	const engine = new RestartingEngine(first, async () => {
		await started;
		return second;
	});
	first.die();
	const counting = engine.countTokens("a");
	const closing = engine.close();
	finish();
	await Promise.all([counting, closing]);
	t.true(second.closed);
	second.die();
	await t.throwsAsync(engine.countTokens("a"), { code: "ERR_ENGINE_DIED" });
});
