import { join } from "node:path";
import test from "ava";
import {
	complete,
	type Engine,
	EngineError,
	type GenerateOptions,
	type Prompt,
} from "../../../src/llama/index.ts";
import { forEachEngine } from "../support/each-engine.ts";
import { bytesOf, temporaryFolder, writeCycle } from "../support/models.ts";

/** The model answers each printable character with the next; after the last, "~", comes the space. */
const folder = temporaryFolder();
const CONTEXT = 256;

/** The characters that the model continues a text with. */
function cycle(after: string, count: number): string {
	let code = after.charCodeAt(0);
	return Array.from({ length: count }, () => {
		code = code === 126 ? 32 : code + 1;
		return String.fromCharCode(code);
	}).join("");
}

async function collect(engine: Engine, prompt: Prompt, options: GenerateOptions) {
	const pieces: string[] = [];
	for await (const event of engine.generate(prompt, options)) {
		if (event.type === "done") return { ...event, text: event.fullText, pieces };
		if (event.type === "token") pieces.push(event.text);
	}
	throw new Error("no done event");
}

forEachEngine(["node-llama-cpp", "llama-server", "endpoint"], (kind, start) => {
	let engine: Engine;

	test.before(async () => {
		const model = await writeCycle(join(folder, `${kind}.gguf`));
		engine = await start({ model, slots: 4, contextSize: CONTEXT });
	});
	test.after.always(() => engine.close());

	test(`${kind}: generate() continues a text exactly, token by token`, async (t) => {
		const { text, finishReason, usage, timings, pieces } = await collect(engine, "abc x", { maxTokens: 12 });
		t.is(text, 'yz{|}~ !"#$%');
		t.is(pieces.join(""), text);
		t.is(pieces.length, 12);
		t.is(finishReason, "length");
		// The text's five characters and the BOS token.
		t.is(usage.promptTokens, 6);
		t.is(usage.completionTokens, 12);
		t.true(timings.queueMs >= 0 && timings.queueMs <= timings.ttftMs && timings.ttftMs <= timings.totalMs);
	});

	test(`${kind}: generate() describes itself`, (t) => {
		const { info } = engine;
		t.like(info, { kind, slots: 4, contextSize: CONTEXT, devices: [], gpuLayers: 0 });
		t.is(info.note, undefined);
		t.regex(info.version ?? "", /\d/);
		t.not(info.deviceName, "");
		if (kind === "endpoint") {
			t.like(info, { device: "unknown", threads: 0, pid: undefined });
		} else {
			t.like(info, { device: "cpu", threads: 1 });
			t.true((info.pid ?? 0) > 0 && info.pid !== process.pid);
		}
		t.is(engine.failure, undefined);
	});

	test(`${kind}: generate() ends before the first stop text, wherever the tokens part it`, async (t) => {
		const stopped = await collect(engine, "a", { maxTokens: 50, stop: ["nothing", "ghi", "fg"] });
		t.is(stopped.text, "bcde");
		t.is(stopped.pieces.join(""), "bcde");
		t.is(stopped.finishReason, "stop");
		t.is(stopped.usage.completionTokens, 6, "f and g were sampled");
		// The beginning of a stop text is not lost when nothing completes it.
		const open = await collect(engine, "a", { maxTokens: 3, stop: ["cdX", "d!"] });
		t.is(open.text, "bcd");
		t.is(open.finishReason, "length");
	});

	test(`${kind}: generate() runs more requests than slots, each with its own text`, async (t) => {
		const starts = [..."abcdefghijkl"];
		const answers = await Promise.all(starts.map((start) => complete(engine, start, { maxTokens: 20 })));
		t.deepEqual(
			answers.map(({ text }) => text),
			starts.map((start) => cycle(start, 20)),
		);
	});

	test(`${kind}: generate() takes messages through the model's template and adds nothing`, async (t) => {
		const messages = [
			{ role: "user", content: "Hi" },
			{ role: "assistant", content: "Ho" },
			{ role: "user", content: "x" },
		];
		const rendered =
			"<|im_start|>user\nHi<|im_end|>\n<|im_start|>assistant\nHo<|im_end|>\n<|im_start|>user\nx<|im_end|>\n<|im_start|>assistant\n";
		const answer = await complete(engine, messages, { maxTokens: 4 });
		t.is(answer.text, "abcd");
		t.is(answer.usage.promptTokens, await engine.countTokens(rendered));
		t.is(await engine.countTokens(messages), answer.usage.promptTokens);
		// BOS, three times start, role, newline, text, end, newline, and the head of the answer.
		t.is(
			answer.usage.promptTokens,
			1 + (1 + 5 + 2 + 1 + 1) + (1 + 10 + 2 + 1 + 1) + (1 + 5 + 1 + 1 + 1) + (1 + 10),
		);
	});

	test(`${kind}: generate() takes the context to its last token, in every slot at once`, async (t) => {
		const starts = [..."abcd"];
		const answers = await Promise.all(starts.map((start) => complete(engine, start, { maxTokens: 10_000 })));
		for (const [index, { text, finishReason, usage }] of answers.entries()) {
			t.is(finishReason, "length");
			t.is(usage.promptTokens + usage.completionTokens, CONTEXT);
			t.is(text, cycle(starts[index] ?? "", CONTEXT - 2));
		}
		// A prompt that leaves room for one token.
		const full = "x".repeat(CONTEXT - 2);
		t.is((await complete(engine, full)).text, "y");
	});

	test(`${kind}: generate() refuses a prompt that does not fit, with both numbers`, async (t) => {
		await t.throwsAsync(complete(engine, "x".repeat(CONTEXT - 1)), {
			instanceOf: EngineError,
			code: "ERR_PROMPT_TOO_LONG",
			message:
				"Cannot run a prompt of 256 tokens: the context has 256 tokens, and at least one must be left for the answer",
		});
	});

	test(`${kind}: generate() continues an empty text from the BOS token, but no empty conversation`, async (t) => {
		const { text, usage } = await complete(engine, "", { maxTokens: 3 });
		t.is(text, "abc");
		t.is(usage.promptTokens, 1);
		await t.throwsAsync(complete(engine, []), { instanceOf: EngineError, code: "ERR_PROMPT" });
	});

	test(`${kind}: generate() rejects values out of range before anything runs`, async (t) => {
		const bad: readonly GenerateOptions[] = [
			{ maxTokens: 0 },
			{ maxTokens: 1.5 },
			{ temperature: -1 },
			{ temperature: Number.NaN },
			{ seed: 0.5 },
		];
		for (const options of bad)
			await t.throwsAsync(complete(engine, "a", options), { instanceOf: RangeError });
	});

	test(`${kind}: generate() never splits a character into two pieces`, async (t) => {
		const characters = "aé€😀";
		const model = await writeCycle(join(folder, `${kind}-bytes.gguf`), { vocabulary: bytesOf(characters) });
		const bytes = await start({ model, slots: 1, contextSize: 256 });
		t.teardown(() => bytes.close());
		const pieces: string[] = [];
		for await (const event of bytes.generate("a", { maxTokens: 19 })) {
			if (event.type === "token") pieces.push(event.text);
		}
		t.deepEqual(pieces, ["é", "€", "😀", "a", "é", "€", "😀"]);
		// Cut within a character: what there is of it is not passed off as one.
		const cut = await complete(bytes, "a", { maxTokens: 4 });
		t.is(cut.text.slice(0, 1), "é");
		t.regex(cut.text.slice(1), /^\ufffd*$/);
		// A stop text within multi-byte text.
		t.is((await complete(bytes, "a", { maxTokens: 19, stop: ["😀"] })).text, "é€");
	});
});
