import test from "ava";
import { RestartingEngine } from "../../../src/llama/engine/restarting.ts";
import { complete, EngineError } from "../../../src/llama/index.ts";
import { EchoEngine } from "../support/engines.ts";

test("RestartingEngine starts a dead engine again, once for all who ask", async (t) => {
	const first = new EchoEngine();
	const second = new EchoEngine();
	let starts = 0;
	const engine = new RestartingEngine(
		first,
		async () => {
			starts += 1;
			await new Promise((resolve) => setImmediate(resolve));
			return second;
		},
		{ restarts: 1 },
	);
	t.is((await complete(engine, "a", { seed: 1 })).text, "a:1");
	t.is(engine.info.note, undefined);
	first.die();
	t.is(engine.failure, undefined, "it can still be used");
	t.deepEqual(await Promise.all(["b", "c", "d"].map((prompt) => engine.countTokens(prompt))), [2, 2, 2]);
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
	const engine = new RestartingEngine(
		first,
		async () => {
			starts += 1;
			throw new EngineError("ERR_MODEL", "gone");
		},
		{ restarts: 3, backoffMs: 1 },
	);
	first.die();
	await t.throwsAsync(complete(engine, "a"), { code: "ERR_MODEL" });
	await t.throwsAsync(complete(engine, "b"), { code: "ERR_ENGINE_DIED" });
	t.is(starts, 3);
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

test("RestartingEngine counts only the restarts since a request last ended well", async (t) => {
	const engines = Array.from({ length: 5 }, () => new EchoEngine());
	let starts = 0;
	const next = async () => engines[++starts] as EchoEngine;
	const engine = new RestartingEngine(engines[0] as EchoEngine, next, { restarts: 2, backoffMs: 1 });
	for (let death = 0; death < 3; death++) {
		engines[death]?.die();
		t.is((await complete(engine, "a", { seed: 1 })).text, "a:1");
	}
	t.is(engine.info.note, "started again 3 times, last: it died");
	engines[3]?.die();
	t.is(await engine.countTokens("a"), 2);
	engines[4]?.die();
	t.is(engine.failure, undefined, "one more start is allowed");
});

test("RestartingEngine waits before the second start in a row, and close() ends the wait", async (t) => {
	const first = new EchoEngine();
	let starts = 0;
	const start = async () => {
		starts += 1;
		throw new EngineError("ERR_MODEL", "gone");
	};
	const engine = new RestartingEngine(first, start, { backoffMs: 3_600_000 });
	first.die();
	const refused = t.throwsAsync(engine.countTokens("a"), { code: "ERR_ENGINE_CLOSED" });
	// The start that fails, and then the wait, need a few turns of the event loop.
	for (let turn = 0; turn < 10; turn++) await new Promise((resolve) => setImmediate(resolve));
	await engine.close();
	await refused;
	t.is(starts, 1);
});
