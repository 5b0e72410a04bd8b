import { join } from "node:path";
import test from "ava";
import { complete, type Engine, type GenerateOptions } from "../../../src/llama/index.ts";
import { PRESETS } from "../../../src/llama/model/demo/presets.ts";
import { forEachEngine } from "../support/each-engine.ts";
import { temporaryFolder, writeCycle } from "../support/models.ts";

const folder = temporaryFolder();
const SETTING = { slots: 4, contextSize: 512 };

/** Every option must mean the same on all engines: each is tried on a model whose text is known in advance. */
forEachEngine(["node-llama-cpp", "llama-server"], (kind, start) => {
	let cycle: Engine;
	let ending: Engine;
	let random: Engine;
	const text = async (engine: Engine, prompt: string, options: GenerateOptions) =>
		(await complete(engine, prompt, { maxTokens: 8, ...options })).text;
	const idOf = async (engine: Engine, letter: string) =>
		(await engine.tokenize(letter, { addSpecial: false }))[0] ?? -1;

	test.before(async () => {
		[cycle, ending, random] = await Promise.all([
			start({ model: await writeCycle(join(folder, `${kind}-cycle.gguf`)), ...SETTING }),
			start({
				model: await writeCycle(join(folder, `${kind}-ending.gguf`), { shape: PRESETS["cycle-eos"] }),
				...SETTING,
			}),
			start({
				model: await writeCycle(join(folder, `${kind}-random.gguf`), { shape: PRESETS.tiny }),
				...SETTING,
			}),
		]);
	});
	test.after.always(() => Promise.all([cycle?.close(), ending?.close(), random?.close()]));

	test(`${kind}: top_k 1 at temperature 2 is greedy, and 0 is not`, async (t) => {
		const greedy = await text(random, "Once", { maxTokens: 30 });
		const narrow = { temperature: 2, seed: 7, maxTokens: 30 };
		t.is(await text(random, "Once", { ...narrow, sampling: { topK: 1 } }), greedy);
		t.not(await text(random, "Once", { ...narrow, sampling: { topK: 0, topP: 1, minP: 0 } }), greedy);
	});

	test(`${kind}: top_p and min_p near their narrow ends are greedy`, async (t) => {
		const greedy = await text(random, "Once", { maxTokens: 30 });
		const hot = { temperature: 0.9, seed: 3, maxTokens: 30 };
		t.is(await text(random, "Once", { ...hot, sampling: { topP: 0.000001, topK: 0, minP: 0 } }), greedy);
		t.is(await text(random, "Once", { ...hot, sampling: { minP: 1, topP: 1, topK: 0 } }), greedy);
	});

	test(`${kind}: the full distribution is wider than the default one`, async (t) => {
		const letters = async (sampling: GenerateOptions["sampling"]) => {
			const options = { temperature: 3, maxTokens: 120, sampling };
			const texts = await Promise.all([1, 2, 3].map((seed) => text(random, "a", { ...options, seed })));
			return new Set(texts.join("")).size;
		};
		t.true((await letters({ topK: 0, topP: 1, minP: 0 })) > (await letters({ topK: 5 })));
	});

	test(`${kind}: a banned token does not come, a favoured one does`, async (t) => {
		const banned = await idOf(cycle, "c");
		t.false((await text(cycle, "a", { sampling: { logitBias: { [banned]: -100 } } })).includes("c"));
		const favoured = await idOf(cycle, "q");
		t.is(await text(cycle, "a", { maxTokens: 3, sampling: { logitBias: { [favoured]: 100 } } }), "qqq");
	});

	test(`${kind}: penalties keep a text from repeating itself`, async (t) => {
		const favoured = await idOf(cycle, "q");
		const sampling = { logitBias: { [favoured]: 100 } };
		const before = await text(cycle, "a", { maxTokens: 20, sampling });
		t.is(before, "q".repeat(20));
		const same = await text(random, "aaaa", { maxTokens: 40 });
		const other = await text(random, "aaaa", {
			maxTokens: 40,
			sampling: { repeatPenalty: 1.8, frequencyPenalty: 1.5, presencePenalty: 1.5 },
		});
		t.true(new Set(other).size > new Set(same).size, `${other} against ${same}`);
	});

	test(`${kind}: a grammar and a schema give what they allow`, async (t) => {
		const yes = await text(cycle, "a", { maxTokens: 20, sampling: { grammar: 'root ::= "yes" | "no"' } });
		t.true(["yes", "no"].includes(yes), yes);
		const done = await complete(cycle, "a", {
			maxTokens: 60,
			sampling: { jsonSchema: { const: "exactly" } },
		});
		t.is(done.text.trim(), '"exactly"');
		t.is(done.finishReason, "stop");
	});

	test(`${kind}: a grammar that cannot be parsed fails its request alone`, async (t) => {
		await t.throwsAsync(text(cycle, "a", { sampling: { grammar: "root ::= (" } }), { code: "ERR_ARG" });
		t.is(await text(cycle, "a", { maxTokens: 2 }), "bc");
	});

	test(`${kind}: the end of text does not come where it is ignored, or too early`, async (t) => {
		t.is(await text(ending, "x", { maxTokens: 20 }), "yz{|}~");
		t.is((await text(ending, "x", { maxTokens: 20, sampling: { ignoreEos: true } })).length, 20);
		const late = await complete(ending, "x", { maxTokens: 20, sampling: { minTokens: 10 } });
		t.true(late.usage.completionTokens >= 10, `${late.usage.completionTokens} tokens`);
	});

	test(`${kind}: a stop token ends the text before it`, async (t) => {
		const stopTokens = [await idOf(cycle, "e")];
		const done = await complete(cycle, "a", { maxTokens: 20, sampling: { stopTokens } });
		t.is(done.text, "bcd");
		t.is(done.finishReason, "stop");
		const late = await text(cycle, "a", { maxTokens: 20, sampling: { stopTokens, minTokens: 8 } });
		t.true(late.length >= 8, late);
	});

	test(`${kind}: log-probabilities are the model's own, the likeliest first`, async (t) => {
		const options = { maxTokens: 4, logprobs: 3, temperature: 1.5, seed: 5 };
		const told = await complete(random, "Once", options);
		const { logprobs = [] } = told;
		t.is(
			told.text,
			await text(random, "Once", { ...options, logprobs: undefined }),
			"the text stays the same",
		);
		t.is(logprobs.length, 4);
		t.is(logprobs.map(({ token }) => token).join(""), told.text);
		for (const { logprob, top, bytes, token } of logprobs) {
			t.true(logprob <= 0);
			t.is(top.length, 3);
			t.deepEqual(bytes, [...Buffer.from(token)]);
			t.deepEqual(
				top.map((each) => each.logprob),
				top.map((each) => each.logprob).toSorted((a, b) => b - a),
			);
		}
		// Another temperature changes the text, not what the model thinks of the first place.
		const cold = await complete(random, "Once", { maxTokens: 1, logprobs: 3 });
		const near = (a: number | undefined, b: number | undefined) => Math.abs((a ?? 1) - (b ?? -1)) < 0.01;
		t.true(near(cold.logprobs?.[0]?.top[0]?.logprob, logprobs[0]?.top[0]?.logprob));
	});

	test(`${kind}: a text says which limit cut it`, async (t) => {
		t.like(await complete(cycle, "a", { maxTokens: 3 }), { finishReason: "length", limit: "max_tokens" });
		const all = await complete(cycle, "a", { maxTokens: Number.POSITIVE_INFINITY });
		t.like(all, { finishReason: "length", limit: "context" });
		t.is(all.usage.promptTokens + all.usage.completionTokens, SETTING.contextSize);
		t.like(await complete(cycle, "a", { maxTokens: 5000 }), { finishReason: "length", limit: "context" });
	});

	test(`${kind}: tokens go there and back, and are a prompt`, async (t) => {
		const tokens = await cycle.tokenize("abc x");
		t.is(tokens.length, await cycle.countTokens("abc x"));
		t.is((await cycle.tokenize("abc x", { addSpecial: false })).length, 5);
		t.is(await cycle.detokenize(tokens), "abc x");
		t.is((await complete(cycle, tokens, { maxTokens: 3 })).text, "yz{");
	});

	test(`${kind}: stream() gives the text, once`, async (t) => {
		let all = "";
		for await (const piece of cycle.stream("a", { maxTokens: 5 })) all += piece;
		t.is(all, "bcdef");
	});

	test(`${kind}: embedMany() gives what embed() gives, and says how many tokens it read`, async (t) => {
		let counted = 0;
		const texts = ["abc", "xyz", "hello there"];
		const many = await random.embedMany(texts, {
			onUsage: ({ promptTokens }) => {
				counted = promptTokens;
			},
		});
		const sizes = await Promise.all(texts.map((each) => random.countTokens(each)));
		t.is(
			counted,
			sizes.reduce((sum, size) => sum + size, 0),
		);
		for (const [index, each] of texts.entries()) {
			const alone = await random.embed(each);
			const product = alone.reduce((sum, value, place) => sum + value * (many[index]?.[place] ?? 0), 0);
			t.true(product > 0.999, `${product}`);
		}
	});
});
