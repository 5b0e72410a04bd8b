import { join } from "node:path";
import test from "ava";
import { complete } from "../../../src/llama/index.ts";
import { PRESETS } from "../../../src/llama/model/demo/presets.ts";
import { forEachEngine } from "../support/each-engine.ts";
import { temporaryFolder, writeCycle } from "../support/models.ts";

/**
 * One slot, so that whatever is not freed blocks the next request. How far an aborted request came is read from the
 * tokens that a later one finds cached.
 */
const folder = temporaryFolder();
const CONTEXT = 8192;

/** What the model writes after "a", and much of it. */
const PRINTABLE = Array.from({ length: 95 }, (_, index) => String.fromCharCode(32 + index)).join("");
const LONG = `a${PRINTABLE.slice(66)}${PRINTABLE.repeat(84)}`;

forEachEngine(["node-llama-cpp", "llama-server", "endpoint"], (kind, start) => {
	const oneSlot = async () => {
		// Trained for as much, or llama-server gives less.
		const shape = { ...PRESETS.cycle, contextLength: CONTEXT };
		const model = await writeCycle(join(folder, `${kind}.gguf`), { shape });
		return await start({ model, slots: 1, contextSize: CONTEXT });
	};

	test(`${kind}: an abort ends a request, wherever it is, with the signal's reason`, async (t) => {
		const engine = await oneSlot();
		t.teardown(() => engine.close());
		const reason = new Error("enough");

		const before = AbortSignal.abort(reason);
		t.is(await t.throwsAsync(complete(engine, "x", { signal: before })), reason);

		// While its prompt is read.
		const reading = new AbortController();
		const prefill = complete(engine, LONG, { signal: reading.signal });
		const queued = new AbortController();
		const waiting = complete(engine, "w", { signal: queued.signal });
		// Answered after both requests have arrived at the engine.
		await engine.countTokens("x");
		queued.abort(reason);
		t.is(await t.throwsAsync(waiting), reason);
		reading.abort(reason);
		t.is(await t.throwsAsync(prefill), reason);
		const tokens = LONG.length + 1;
		const again = await complete(engine, LONG, { maxTokens: 1 });
		t.is(again.usage.promptTokens, tokens);
		t.true(
			again.usage.cachedTokens < tokens - 1,
			`${again.usage.cachedTokens} of ${tokens} tokens were read all the same`,
		);
		t.is((await complete(engine, LONG, { maxTokens: 1 })).usage.cachedTokens, tokens - 1);

		// While it answers.
		const answering = new AbortController();
		const pieces: string[] = [];
		const error = await t.throwsAsync(async () => {
			for await (const event of engine.generate("!a", { maxTokens: CONTEXT, signal: answering.signal })) {
				if (event.type === "token") pieces.push(event.text);
				if (pieces.length === 3) answering.abort(reason);
			}
		});
		t.is(error, reason);
		t.is(pieces.join(""), "bcd");
		const { usage } = await complete(engine, `!${LONG}`, { maxTokens: 1 });
		t.true(usage.cachedTokens >= 5 && usage.cachedTokens < tokens / 2, `${usage.cachedTokens} tokens`);
	});

	test(`${kind}: leaving the loop of generate() early frees the slot`, async (t) => {
		const engine = await oneSlot();
		t.teardown(() => engine.close());
		for await (const event of engine.generate("a", { maxTokens: CONTEXT })) {
			if (event.type === "token" && event.text === "c") break;
		}
		const { usage } = await complete(engine, LONG, { maxTokens: 1 });
		t.true(usage.cachedTokens >= 3 && usage.cachedTokens < LONG.length / 2, `${usage.cachedTokens} tokens`);
	});

	test(`${kind}: a waiting request starts when the slot is free, in the order of the calls`, async (t) => {
		const engine = await oneSlot();
		t.teardown(() => engine.close());
		const run = async (prompt: string, maxTokens: number) =>
			(await complete(engine, prompt, { maxTokens })).timings;
		const [first, second, third] = await Promise.all([run("a", 300), run("b", 100), run("c", 1)]);
		t.true((first?.queueMs ?? 0) < (second?.queueMs ?? 0));
		t.true((second?.queueMs ?? 0) < (third?.queueMs ?? 0));
		t.true((third?.queueMs ?? 0) <= (third?.ttftMs ?? 0));
	});
});
