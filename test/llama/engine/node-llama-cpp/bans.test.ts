import { join } from "node:path";
import test from "ava";
import { complete, type Engine, startEngine } from "../../../../src/llama/index.ts";
import { temporaryFolder, writeCycle } from "../../support/models.ts";

const folder = temporaryFolder();
let engine: Engine;

test.before(async () => {
	const model = await writeCycle(join(folder, "cycle.gguf"));
	engine = await startEngine({
		...{ model, engine: "node-llama-cpp", gpu: "cpu", threads: 1 },
		...{ slots: 2, contextSize: 256 },
	});
});
test.after.always(() => engine.close());

/** Printable characters follow the special tokens, the bytes, the two of ChatML and the space. */
const ID_OF_Y = 261 + 1 + "y".charCodeAt(0) - 33;

const grammar = 'root ::= "y"';
for (const sampling of [
	{ grammar, ignoreEos: true },
	{ grammar, minTokens: 5 },
	{ grammar, logitBias: { [ID_OF_Y]: -100 } },
]) {
	test(`where a grammar leaves nothing else, what is banned comes: ${JSON.stringify(sampling)}`, async (t) => {
		t.like(await complete(engine, "a", { maxTokens: 8, sampling }), { text: "y", finishReason: "stop" });
		// Not only the request, but the engine's process would end.
		t.is((await complete(engine, "a", { maxTokens: 2 })).text, "bc");
	});
}

test("log-probabilities have a token's space and a token's byte", async (t) => {
	const { text, logprobs = [] } = await complete(engine, "~", { maxTokens: 2, logprobs: 1 });
	t.is(text, " !");
	t.deepEqual(
		logprobs.map(({ token, bytes }) => ({ token, bytes })),
		[
			{ token: " ", bytes: [32] },
			{ token: "!", bytes: [33] },
		],
	);
	// The tokens of single bytes follow the three special ones; all printable characters are banned.
	const printable = Array.from({ length: 95 }, (_, index) => [261 + index, -100]);
	const sampling = { logitBias: { ...Object.fromEntries(printable), [3 + 0xe4]: 100 } };
	const parts = await complete(engine, "a", { maxTokens: 1, logprobs: 1, sampling });
	t.like(parts.logprobs?.[0], { token: "\ufffd", bytes: [0xe4] });
});
