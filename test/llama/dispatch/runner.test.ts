import test from "ava";
import type { Order, WorkerEvent } from "../../../src/llama/dispatch/messages.ts";
import { Runner } from "../../../src/llama/dispatch/runner.ts";
import { EngineError, type GenerateOptions, type Prompt } from "../../../src/llama/index.ts";
import { Recorder } from "../../../src/llama/measure/recorder.ts";
import { EchoEngine, engineInfo } from "../support/engines.ts";
import { COMPLETION } from "../support/replicas.ts";

type Step = { readonly piece: string } | { readonly error: unknown } | "done";

/** Runs each prompt step by step, as the test says. */
class SteppedEngine extends EchoEngine {
	readonly #steps = new Map<Prompt, { queue: Step[]; wake: () => void }>();
	readonly started: Prompt[] = [];

	step(prompt: Prompt, step: Step): void {
		const { queue, wake } = this.#of(prompt);
		queue.push(step);
		wake();
	}

	override async *generate(prompt: Prompt, { signal }: GenerateOptions = {}) {
		this.started.push(prompt);
		const own = this.#of(prompt);
		signal?.addEventListener("abort", () => this.step(prompt, { error: signal.reason }));
		for (;;) {
			const step = own.queue.shift();
			if (step === undefined) {
				await new Promise<void>((resolve) => {
					own.wake = resolve;
				});
			} else if (step === "done") {
				const { text: fullText, ...rest } = COMPLETION;
				yield { type: "done", fullText, ...rest } as const;
				return;
			} else if ("error" in step) {
				throw step.error;
			} else {
				yield { type: "token", text: step.piece } as const;
			}
		}
	}

	#of(prompt: Prompt) {
		const known = this.#steps.get(prompt) ?? { queue: [], wake: () => {} };
		this.#steps.set(prompt, known);
		return known;
	}
}

const order = (id: number, changes: Partial<Order> = {}): Order => ({
	id,
	epoch: 0,
	task: { kind: "generate", prompts: [`p${id}`], maxTokens: 5, temperature: 0, seed: 1 },
	...changes,
});

/** A turn of the event loop for every promise that is due. */
const settled = () => new Promise<void>((resolve) => setImmediate(resolve));

function start(slots: number) {
	const engine = new SteppedEngine();
	const events: WorkerEvent[] = [];
	const later: (() => void)[] = [];
	const recorder = new Recorder();
	const runner = new Runner(engine, { recorder, slots, later: (run) => later.push(run) }, (event) =>
		events.push(event),
	);
	return { engine, events, recorder, runner, endTurn: () => later.splice(0).map((run) => run()) };
}

test("a runner runs no more than its slots, in the order of its orders", async (t) => {
	const { engine, events, runner, recorder } = start(2);
	runner.take([order(0), order(1), order(2)]);
	await settled();
	t.deepEqual(engine.started, ["p0", "p1"]);
	engine.step("p1", "done");
	await settled();
	t.deepEqual(engine.started, ["p0", "p1", "p2"]);
	engine.step("p0", { error: new EngineError("ERR_PROMPT_TOO_LONG", "too long") });
	await settled();
	t.like(events[0], { type: "answer", id: 1 });
	t.like(events[1], { type: "failure", id: 0, failure: { code: "prompt_too_long", message: "too long" } });
	t.like(recorder.result(0, "h", engineInfo()), { ok: 1, failed: 1 });
});

test("pieces of a step are one event, only of requests that want them, and before what comes after them", async (t) => {
	const { engine, events, runner, endTurn } = start(3);
	runner.take([order(0, { pieces: true }), order(1, { pieces: true }), order(2)]);
	for (const id of [0, 1, 2]) engine.step(`p${id}`, { piece: `a${id}` });
	await settled();
	t.deepEqual(events, []);
	endTurn();
	t.deepEqual(events, [
		{
			type: "pieces",
			pieces: [
				[0, "a0"],
				[1, "a1"],
			],
		},
	]);
	engine.step("p0", { piece: "b0" });
	engine.step("p0", "done");
	await settled();
	t.deepEqual(
		events.slice(1).map(({ type }) => type),
		["pieces", "answer"],
	);
	endTurn();
	t.is(events.length, 3, "nothing is told twice");
});

test("cancel() aborts what runs and drops what waits, and frees the slot", async (t) => {
	const { engine, events, runner, recorder } = start(1);
	runner.take([order(0), order(1), order(2)]);
	await settled();
	runner.cancel([1, 0, 7]);
	await settled();
	t.deepEqual(events, [
		{ type: "cancelled", id: 1 },
		{ type: "cancelled", id: 0 },
	]);
	t.deepEqual(engine.started, ["p0", "p2"]);
	t.like(recorder.result(0, "h", engineInfo()), { ok: 0, failed: 0 });
});

test("when the engine dies its requests are told once, and orders from before are void", async (t) => {
	const { engine, events, runner, recorder } = start(2);
	runner.take([order(0), order(1), order(2)]);
	await settled();
	engine.step("p0", { error: new EngineError("ERR_ENGINE_DIED", "it died") });
	engine.step("p1", "done");
	await settled();
	t.deepEqual(events, [{ type: "down", running: [0, 1] }, { type: "up" }]);
	runner.take([order(3), order(4, { epoch: 1 })]);
	await settled();
	t.deepEqual(engine.started, ["p0", "p1", "p4"]);
	engine.step("p4", "done");
	await settled();
	t.like(events[2], { type: "answer", id: 4 });
	// What the dead engine had begun has no outcome here.
	t.like(recorder.result(0, "h", engineInfo()), { ok: 1, failed: 0 });
});

test("an engine that does not come back is gone", async (t) => {
	const { engine, events, runner } = start(1);
	runner.take([order(0)]);
	await settled();
	engine.die();
	engine.step("p0", { error: engine.failure });
	await settled();
	t.deepEqual(events, [
		{ type: "down", running: [0] },
		{ type: "gone", reason: "it died" },
	]);
});

test("an error that is not an engine's is a failure of its request alone", async (t) => {
	const { engine, events, runner } = start(1);
	runner.take([order(0)]);
	engine.step("p0", { error: new TypeError("a\nbug") });
	await settled();
	t.deepEqual(events, [{ type: "failure", id: 0, failure: { code: "engine_error", message: "a; bug" } }]);
});
