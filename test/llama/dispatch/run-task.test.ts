import test from "ava";
import { runTask } from "../../../src/llama/dispatch/run-task.ts";
import type { EmbedOptions, GenerateEvent, GenerateOptions, Prompt } from "../../../src/llama/index.ts";
import { EngineError } from "../../../src/llama/index.ts";
import { failureOf } from "../../../src/llama/openai/failure.ts";
import { choiceSeed, type GenerateTask } from "../../../src/llama/openai/task.ts";
import { EchoEngine } from "../support/engines.ts";

const RUN = { record: { piece: () => {} }, signal: new AbortController().signal, onPiece: undefined };
const TASK: GenerateTask = {
	...{ kind: "generate", prompts: ["a"], maxTokens: 5, temperature: 0, seed: 7 },
};

/** Notes what it is asked, and fails at a prompt of "bad" once another one waits for its end. */
class NotingEngine extends EchoEngine {
	readonly asked: [Prompt, GenerateOptions][] = [];
	aborted = 0;
	embedding: EmbedOptions | undefined;

	override async *generate(prompt: Prompt, options: GenerateOptions = {}): AsyncGenerator<GenerateEvent> {
		this.asked.push([prompt, options]);
		if (prompt === "endless") {
			await new Promise((_, reject) => {
				options.signal?.addEventListener("abort", () => {
					this.aborted += 1;
					reject(options.signal?.reason);
				});
			});
		}
		yield* super.generate(prompt, options);
	}

	override async detokenize(tokens: readonly number[] = []): Promise<string> {
		return `<${tokens.join(",")}>`;
	}

	override async embedMany(texts: readonly (string | readonly number[])[], options: EmbedOptions = {}) {
		this.embedding = options;
		options.onUsage?.({ promptTokens: 3 });
		return texts.map(() => Float32Array.of(3, 4, 12));
	}
}

test("n and lists of prompts fan out, each choice with a seed of its own, the first with the request's", async (t) => {
	const engine = new NotingEngine();
	const { answer, usage } = await runTask(engine, { ...TASK, prompts: ["a", "b"], n: 2 }, RUN);
	t.is(answer.kind, "generated");
	if (answer.kind !== "generated") return;
	const seeds = [0, 1, 2, 3].map((j) => choiceSeed(7, j));
	t.is(seeds[0], 7);
	t.is(new Set(seeds).size, 4);
	t.deepEqual(
		answer.choices.map(({ text }) => text),
		["a", "a", "b", "b"].map((prompt, j) => `${prompt}:${seeds[j]}`),
	);
	// The tokens of a prompt count once.
	t.deepEqual(usage, { promptTokens: 4, cachedTokens: 2, completionTokens: 12 });
});

test("what a task says reaches the engine", async (t) => {
	const engine = new NotingEngine();
	const said = {
		sampling: { topK: 1 },
		chat: { addGenerationPrompt: false },
		logprobs: 2,
		body: { x: 1 },
		headers: { traceparent: "00" },
		stop: ["s"],
	};
	await runTask(engine, { ...TASK, ...said }, RUN);
	t.like(engine.asked[0]?.[1], { ...said, maxTokens: 5, temperature: 0, seed: 7 });
});

test("echo gives the texts of the prompts, those of tokens too", async (t) => {
	const { answer } = await runTask(new NotingEngine(), { ...TASK, prompts: ["a", [1, 2]], echo: true }, RUN);
	t.like(answer, { prompts: ["a", "<1,2>"] });
});

test("of several choices the first failure is the request's, and the others are aborted", async (t) => {
	const engine = new NotingEngine();
	await t.throwsAsync(runTask(engine, { ...TASK, prompts: ["endless", "bad"] }, RUN), {
		instanceOf: EngineError,
	});
	t.is(engine.aborted, 1);
});

test("dimensions cut an embedding and make it a vector of length 1 again; more than it has is an error", async (t) => {
	const engine = new NotingEngine();
	const task = { kind: "embed", texts: ["a"], base64: false, body: { x: 1 }, headers: { a: "b" } } as const;
	const { answer, usage } = await runTask(engine, { ...task, dimensions: 2 }, RUN);
	t.like(answer, { kind: "embedded", promptTokens: 3 });
	if (answer.kind === "embedded") t.deepEqual(answer.embeddings, [Float32Array.of(3 / 5, 4 / 5)]);
	t.is(usage.promptTokens, 3);
	t.deepEqual(engine.embedding?.body, { x: 1 });
	t.deepEqual(engine.embedding?.headers, { a: "b" });
	const error = await t.throwsAsync(runTask(engine, { ...task, dimensions: 4 }, RUN));
	t.deepEqual(failureOf(error), {
		code: "invalid_request",
		message: `"dimensions" is 4: the model's embeddings have 3`,
		param: "dimensions",
	});
});

/** Says this, with its tokens. */
class TokenEngine extends EchoEngine {
	readonly asked: Prompt[] = [];
	readonly #pieces: readonly (readonly [string, (readonly number[])?])[];

	constructor(...pieces: readonly (readonly [string, (readonly number[])?])[]) {
		super();
		this.#pieces = pieces;
	}

	override async *generate(prompt: Prompt): AsyncGenerator<GenerateEvent> {
		this.asked.push(prompt);
		for (const [text, tokens] of this.#pieces) {
			yield { type: "token", text, ...(tokens === undefined ? {} : { tokens }) };
		}
		const usage = { promptTokens: 2, cachedTokens: 1, completionTokens: 3 };
		const fullText = this.#pieces.map(([text]) => text).join("");
		yield {
			type: "done",
			fullText,
			finishReason: "stop",
			usage,
			timings: { queueMs: 0, ttftMs: 1, totalMs: 2 },
		};
	}
}

test("a task that wants its tokens gets those that the engine told, or none if it did not tell them all", async (t) => {
	const tokensOf = async (engine: TokenEngine, changes: Partial<GenerateTask> = {}) => {
		const { answer } = await runTask(engine, { ...TASK, tokens: true, ...changes }, RUN);
		return answer.kind === "generated" ? answer.tokens : undefined;
	};
	const known = new TokenEngine(["a", [1, 2]], ["b", [3]]);
	t.deepEqual(await tokensOf(known), [[1, 2, 3]]);
	t.deepEqual(await tokensOf(known, { n: 2 }), [
		[1, 2, 3],
		[1, 2, 3],
	]);
	t.deepEqual(await tokensOf(new TokenEngine(["a", [1]], ["b"], ["c", [3]])), [[]]);
	t.deepEqual(await tokensOf(known, { resume: { text: "x", tokens: [9] } }), [[9, 1, 2, 3]]);
	t.deepEqual(await tokensOf(known, { resume: { text: "x" } }), [[]]);
	const { answer } = await runTask(known, TASK, RUN);
	t.false("tokens" in answer);
});

test("a task that goes on runs its prompt and what came after it, and answers with the rest alone", async (t) => {
	const engine = new TokenEngine(["rest", [5]]);
	const of = async (prompt: Prompt, resume: NonNullable<GenerateTask["resume"]>) => {
		const { answer } = await runTask(engine, { ...TASK, prompts: [prompt], resume }, RUN);
		return [engine.asked.at(-1), answer.kind === "generated" ? answer.choices[0]?.text : undefined];
	};
	t.deepEqual(await of("Once", { text: " upon" }), ["Once upon", "rest"]);
	// Every text is the tokens 1 and 2 to this engine.
	t.deepEqual(await of("Once", { text: " upon", tokens: [8] }), [[1, 2, 8], "rest"]);
	t.deepEqual(await of([7], { text: " upon", tokens: [8] }), [[7, 8], "rest"]);
	t.deepEqual(await of([7], { text: " upon" }), [[7, 1, 2], "rest"]);
});
