import test from "ava";
import { checkContextMemory } from "../../../../src/llama/engine/start/context-memory.ts";
import { ensureDemoModel, startEngine } from "../../../../src/llama/index.ts";

const GIB = 2 ** 30;

test("checkContextMemory() refuses only what no memory of such a host could hold", (t) => {
	const check = (contextSize: number, cacheBytesPerToken?: number) =>
		checkContextMemory("m.gguf", { contextSize, slots: 2 }, { cacheBytesPerToken }, GIB);
	t.notThrows(() => check(2 ** 20, 4096));
	t.throws(() => check(2 ** 20 + 1, 4096), {
		code: "ERR_ENGINE_LOAD",
		message:
			"Cannot load model m.gguf: 2 x 1048577 tokens of context need 8 GiB, and this host has 1 GiB of memory: less context or fewer slots need less",
	});
	t.notThrows(() => check(2 ** 40), "a file that does not tell is llama.cpp's to judge");
});

test("startEngine() refuses a context far too large at once", async (t) => {
	const model = await ensureDemoModel();
	await t.throwsAsync(startEngine({ model, contextSize: 2 ** 50, slots: 1 }), {
		code: "ERR_ENGINE_LOAD",
		message: /^Cannot load model \S+: 1 x 1125899906842624 tokens of context need \d+ GiB, and this host has/,
	});
});
