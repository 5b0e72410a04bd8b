import { join } from "node:path";
import test from "ava";
import { runTask } from "../../../src/llama/dispatch/run-task.ts";
import type { DoneEvent, Engine, GenerateOptions, Prompt, TokenEvent } from "../../../src/llama/index.ts";
import { PRESETS } from "../../../src/llama/model/demo/presets.ts";
import { buildVocabulary } from "../../../src/llama/model/demo/vocabulary.ts";
import type { GenerateTask } from "../../../src/llama/openai/task.ts";
import { forEachEngine } from "../support/each-engine.ts";
import { bytesOf, temporaryFolder, writeCycle } from "../support/models.ts";

const folder = temporaryFolder();
const SETTING = { slots: 2, contextSize: 256 };
const LENGTH = 40;

/** Its tokens are syllables, and every one of them matters for what comes. */
async function startRandom(
	name: string,
	start: (setting: typeof SETTING & { model: string }) => Promise<Engine>,
) {
	const model = await writeCycle(join(folder, `${name}-random.gguf`), {
		shape: { ...PRESETS.tiny, vocabulary: "syllables", endBias: -40 },
		vocabulary: buildVocabulary("syllables"),
	});
	return await start({ ...SETTING, model });
}

async function collect(engine: Engine, prompt: Prompt, options: GenerateOptions) {
	const pieces: TokenEvent[] = [];
	for await (const event of engine.generate(prompt, options)) {
		if (event.type === "token") pieces.push(event);
		if (event.type === "done") return { pieces, done: event satisfies DoneEvent };
	}
	throw new Error("no done event");
}

/** Text and tokens of the first pieces, as whoever lost an engine knows them. */
function soFar(pieces: readonly TokenEvent[], count: number) {
	const first = pieces.slice(0, count);
	const tokens = first.flatMap((piece) => piece.tokens ?? []);
	const known = first.every((piece) => piece.tokens !== undefined);
	return { text: first.map(({ text }) => text).join(""), ...(known ? { tokens } : {}) };
}

/** What a task's run generates from a point on, with the tokens that are left. */
async function rest(engine: Engine, task: GenerateTask, resume: NonNullable<GenerateTask["resume"]>) {
	const run = { record: { piece: () => {} }, signal: new AbortController().signal, onPiece: undefined };
	const maxTokens = LENGTH - (resume.tokens?.length ?? 0);
	const { answer } = await runTask(engine, { ...task, maxTokens, resume }, run);
	return answer.kind === "generated" ? answer.choices[0] : undefined;
}

const PROMPTS: readonly Prompt[] = [
	"Once upon a time",
	[{ role: "user", content: "Tell me a tale" }],
	[5, 17, 300, 42],
];

forEachEngine(["node-llama-cpp", "llama-server"], (name, start) => {
	const engine = (async () => await startRandom(name, start))();
	test.after.always(async () => await (await engine).close());

	for (const prompt of PROMPTS) {
		test(`${name}: ${JSON.stringify(prompt)} and the tokens so far go on as if nothing had happened`, async (t) => {
			const { pieces, done } = await collect(await engine, prompt, { maxTokens: LENGTH });
			const all = soFar(pieces, pieces.length);
			t.is(all.tokens?.length, LENGTH);
			t.is(all.text, done.fullText);
			t.is(await (await engine).detokenize(all.tokens ?? []), done.fullText);
			const task: GenerateTask = {
				kind: "generate",
				prompts: [prompt],
				maxTokens: LENGTH,
				temperature: 0,
				seed: 0,
			};
			for (const count of [1, 7, LENGTH - 1]) {
				const resume = soFar(pieces, count);
				const answer = await rest(await engine, task, resume);
				t.is(`${resume.text}${answer?.text}`, done.fullText, `after ${count}`);
				t.is(answer?.usage.completionTokens, LENGTH - count);
			}
		});
	}

	test(`${name}: stop texts and limits hold for what is left`, async (t) => {
		const { pieces, done } = await collect(await engine, "Once", { maxTokens: LENGTH });
		const before = soFar(pieces, 5);
		const stop = [done.fullText.slice(before.text.length + 6, before.text.length + 12)];
		const task: GenerateTask = {
			kind: "generate",
			prompts: ["Once"],
			maxTokens: LENGTH,
			temperature: 0,
			seed: 0,
		};
		const stopped = await collect(await engine, "Once", { maxTokens: LENGTH, stop });
		const answer = await rest(await engine, { ...task, stop }, before);
		t.is(`${before.text}${answer?.text}`, stopped.done.fullText);
		t.is(answer?.finishReason, "stop");
		t.is(answer?.stopText, stop[0]);
		t.is(stopped.done.stopText, stop[0]);
	});

	test(`${name}: tokens of pieces make exactly their text, whatever stop texts hold back`, async (t) => {
		const { done } = await collect(await engine, "Once", { maxTokens: LENGTH });
		// Each begins like something that comes, and does not come itself.
		const stop = Array.from({ length: 12 }, (_, at) => `${done.fullText.slice(at * 5, at * 5 + 2)}\u0001`);
		const { pieces } = await collect(await engine, "Once", { maxTokens: LENGTH, stop });
		t.is(pieces.map(({ text }) => text).join(""), done.fullText);
		let known = 0;
		while (pieces[known]?.tokens !== undefined) known += 1;
		t.true(known > 0 && known < pieces.length);
		const { text, tokens } = soFar(pieces, known);
		t.is(await (await engine).detokenize(tokens ?? []), text);
		t.true(pieces.slice(known).every((piece) => piece.tokens === undefined));
	});

	test(`${name}: a character of several tokens`, async (t) => {
		const vocabulary = bytesOf("aé€");
		const other = await start({
			...SETTING,
			model: await writeCycle(join(folder, `${name}-utf8.gguf`), { vocabulary }),
		});
		t.teardown(() => other.close());
		const { pieces, done } = await collect(other, "a", { maxTokens: 12 });
		t.is(done.fullText, "é€aé€aé€a".slice(0, 6));
		for (const count of [1, 2, 3]) {
			const known = soFar(pieces, count);
			if (name === "node-llama-cpp") t.is(known.tokens?.length, Buffer.byteLength(known.text));
			const task: GenerateTask = { kind: "generate", prompts: ["a"], maxTokens: 3, temperature: 0, seed: 0 };
			const answer = await rest(other, task, known);
			t.true(`${known.text}${answer?.text}`.startsWith(done.fullText));
		}
	});
});

forEachEngine(["node-llama-cpp", "llama-server", "endpoint"], (name, start) => {
	test(`${name}: pieces have the chances of the whole answer, each once and in order`, async (t) => {
		const engine = await startRandom(`${name}-chances`, start);
		t.teardown(() => engine.close());
		const whole = await collect(engine, "Once", { maxTokens: 12 });
		const stop = [whole.done.fullText.slice(9, 11)];
		for (const options of [{}, { stop }]) {
			const { pieces, done } = await collect(engine, "Once", { maxTokens: 12, logprobs: 2, ...options });
			t.true(pieces.length > 2);
			const told = pieces.flatMap(({ logprobs = [] }) => logprobs);
			t.deepEqual(told, done.logprobs?.slice(0, told.length));
			t.true(told.length >= pieces.length - 1, `${told.length} of ${pieces.length}`);
		}
		t.true(whole.pieces.every(({ logprobs }) => logprobs === undefined));
	});
});
