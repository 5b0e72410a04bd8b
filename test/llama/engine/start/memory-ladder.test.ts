import test from "ava";
import { saysOutOfMemory } from "../../../../src/llama/engine/llama-log.ts";
import { memorySteps, startInMemory } from "../../../../src/llama/engine/start/memory-ladder.ts";
import { EngineError } from "../../../../src/llama/index.ts";
import { EchoEngine } from "../../support/engines.ts";

const FIRST = { contextSize: 4096, gpuLayers: "auto" } as const;
const outOfMemory = () =>
	new EngineError("ERR_ENGINE_LOAD", "Cannot load model m.gguf: cudaMalloc failed: out of memory", {
		outOfMemory: true,
	});

test("memorySteps() halves the context, then takes layers off the GPU, where they are free", (t) => {
	const steps = (context: boolean, layers: boolean) =>
		[...memorySteps(FIRST, { context, layers }, { layers: 31 })].map(({ contextSize, gpuLayers }) => [
			contextSize,
			gpuLayers,
		]);
	t.deepEqual(steps(true, true), [
		...[4096, 2048, 1024, 512].map((contextSize) => [contextSize, "auto"]),
		...[24, 16, 8, 0].map((layers) => [512, layers]),
	]);
	t.deepEqual(steps(false, true), [[4096, "auto"], ...[24, 16, 8, 0].map((layers) => [4096, layers])]);
	t.deepEqual(steps(false, false), [[4096, "auto"]]);
});

test("startInMemory() takes the first step that fits, and notes what it did without", async (t) => {
	const engine = new EchoEngine();
	const steps = memorySteps(FIRST, { context: true, layers: false }, { layers: 31 });
	const notes: (string | undefined)[] = [];
	const started = await startInMemory(steps, 3, { bytes: 1 }, async ({ contextSize }, note) => {
		notes.push(note);
		if (contextSize > 1024) throw outOfMemory();
		return engine;
	});
	t.is(started, engine);
	t.is(notes.length, 3);
	t.is(notes[0], undefined);
	t.is(notes[2], "memory was short: 3 x 1024 tokens of context instead of 3 x 4096 tokens of context");
});

test("startInMemory() rejects with the numbers when nothing fits, and at once for any other reason", async (t) => {
	const steps = () => memorySteps(FIRST, { context: false, layers: true }, { layers: 1 });
	await t.throwsAsync(
		startInMemory(steps(), 3, { bytes: 3 * 2 ** 30 }, async () => Promise.reject(outOfMemory())),
		{
			instanceOf: EngineError,
			code: "ERR_ENGINE_LOAD",
			message:
				"Cannot load model m.gguf: cudaMalloc failed: out of memory (out of memory with 3 x 4096 tokens of context and 0 GPU layers, model 3.00 GiB: less context, slots or GPU layers need less)",
		},
	);
	let starts = 0;
	const other = new EngineError(
		"ERR_ENGINE_LOAD",
		"Cannot load model m.gguf: unknown model architecture: 'x'",
	);
	const starting = startInMemory(steps(), 3, { bytes: 1 }, async () => {
		starts += 1;
		throw other;
	});
	t.is(await t.throwsAsync(starting), other);
	t.is(starts, 1);
});

test("saysOutOfMemory() knows the words of both engines", (t) => {
	for (const words of [
		"failed to initialize the context: std::bad_alloc",
		"unable to allocate CUDA0 buffer",
		"A context size of 100000 is too large for the available VRAM",
		"failed to allocate buffer for kv cache",
		"cudaMalloc failed: out of memory",
		"GGML_ASSERT(buffer != nullptr) failed",
	]) {
		t.true(saysOutOfMemory(words), words);
	}
	t.false(saysOutOfMemory("missing tensor"));
});

test("startInMemory() decides by what the error says of itself, not by its text", async (t) => {
	const steps = () => memorySteps(FIRST, { context: true, layers: true }, { layers: 1 });
	for (const error of [
		new EngineError("ERR_PROMPT", "out of memory"),
		new EngineError("ERR_MODEL", "Cannot load model out of memory.gguf: there is no such file"),
		new Error("out of memory"),
	]) {
		let starts = 0;
		const starting = startInMemory(steps(), 3, { bytes: 1 }, async () => {
			starts += 1;
			throw error;
		});
		t.is(await t.throwsAsync(starting), error);
		t.is(starts, 1);
	}
	let starts = 0;
	const died = new EngineError("ERR_ENGINE_DIED", "it was killed", { outOfMemory: true });
	const error = await t.throwsAsync(
		startInMemory(steps(), 3, { bytes: 1 }, async () => {
			starts += 1;
			throw died;
		}),
		{ instanceOf: EngineError, code: "ERR_ENGINE_DIED" },
	);
	t.is(starts, 8);
	t.true(error?.outOfMemory);
	t.is(error?.cause, died);
});
