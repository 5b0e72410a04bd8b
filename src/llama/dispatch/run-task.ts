import type { Engine, Timings, Usage } from "../engine/engine.ts";
import { isTokens, type Prompt, promptText } from "../engine/prompt.ts";
import type { RequestRecord } from "../measure/recorder.ts";
import { generateRecorded } from "../measure/run-recorded.ts";
import { type Answer, joinTimings, sumUsage } from "../openai/answer.ts";
import { BadRequest } from "../openai/bad-request.ts";
import { choiceSeed, type EmbedTask, type GenerateTask, promptsFor, type Task } from "../openai/task.ts";
import type { PieceEvent } from "./piece.ts";
import { resumed } from "./resumed.ts";
import { ToldTokens } from "./told-tokens.ts";

/** What a task's run is told and tells. */
export interface TaskRun {
	readonly record: Pick<RequestRecord, "piece">;
	readonly signal: AbortSignal;
	/** Called with each piece, and the choice that it belongs to. */
	readonly onPiece: ((event: PieceEvent, choice: number) => void) | undefined;
}

/** An answer, and what the books say of it. */
export interface TaskOutcome {
	readonly answer: Answer;
	readonly usage: Usage;
	readonly timings: Timings;
}

/**
 * Runs what a request asks for on an engine.
 *
 * @throws what the engine throws; of several choices, the first failure, once the others are aborted.
 */
export async function runTask(engine: Engine, task: Task, run: TaskRun): Promise<TaskOutcome> {
	return task.kind === "embed" ? await embed(engine, task, run) : await generate(engine, task, run);
}

async function generate(
	engine: Engine,
	task: GenerateTask,
	{ record, signal, onPiece }: TaskRun,
): Promise<TaskOutcome> {
	const { n = 1, maxTokens = Number.POSITIVE_INFINITY, temperature, seed, resume } = task;
	const { stop, sampling, chat, logprobs, body, headers } = task;
	const failed = new AbortController();
	const options = { maxTokens, temperature, stop, sampling, chat, logprobs, body, headers };
	const asked = promptsFor(task, engine.info);
	const begun = resume === undefined ? asked : await resumed(engine, asked, chat, resume);
	const prompts = begun.flatMap((prompt) => Array.from({ length: n }, () => prompt));
	// Of one choice nobody else is to be stopped, and a combined signal costs time.
	const told = task.tokens === true ? new ToldTokens(prompts.length, resume) : undefined;
	const hear =
		told === undefined
			? onPiece
			: (event: PieceEvent, choice: number) => {
					told.add(event, choice);
					onPiece?.(event, choice);
				};
	const either = prompts.length === 1 ? signal : AbortSignal.any([signal, failed.signal]);
	const running = prompts.map(async (prompt, index) => {
		try {
			return await generateRecorded({ piece: () => record.piece(index) }, engine, prompt, {
				...options,
				signal: either,
				seed: choiceSeed(seed, index),
				...(hear === undefined ? {} : { onPiece: (event) => hear(event, index) }),
			});
		} catch (error) {
			failed.abort(error);
			throw error;
		}
	});
	const choices = await Promise.all(running);
	const usage = sumUsage(choices, n);
	const timings = joinTimings(choices);
	const echoed = task.echo === true ? { prompts: await textsOf(engine, task.prompts) } : {};
	const tokens = told === undefined ? {} : { tokens: told.all };
	return { answer: { kind: "generated", choices, usage, timings, ...echoed, ...tokens }, usage, timings };
}

/** The texts of prompts that are echoed: a conversation never is. */
async function textsOf(engine: Engine, prompts: readonly Prompt[]): Promise<string[]> {
	return await Promise.all(
		prompts.map(async (prompt) => (isTokens(prompt) ? await engine.detokenize(prompt) : promptText(prompt))),
	);
}

async function embed(
	engine: Engine,
	{ texts, dimensions, body, headers }: EmbedTask,
	{ signal }: TaskRun,
): Promise<TaskOutcome> {
	const start = performance.now();
	let promptTokens = 0;
	const onUsage = (usage: { readonly promptTokens: number }) => {
		promptTokens = usage.promptTokens;
	};
	const whole = await engine.embedMany(texts, { signal, onUsage, body, headers });
	const embeddings =
		dimensions === undefined ? whole : whole.map((embedding) => shorten(embedding, dimensions));
	const totalMs = performance.now() - start;
	return {
		answer: { kind: "embedded", embeddings, promptTokens, totalMs },
		usage: { promptTokens, cachedTokens: 0, completionTokens: 0 },
		timings: { queueMs: 0, ttftMs: totalMs, totalMs },
	};
}

/** The first numbers of an embedding, made a vector of length 1 again. */
function shorten(embedding: Float32Array, dimensions: number): Float32Array {
	if (dimensions > embedding.length) {
		const text = `"dimensions" is ${dimensions}: the model's embeddings have ${embedding.length}`;
		throw new BadRequest("invalid_request", text, "dimensions");
	}
	const first = embedding.slice(0, dimensions);
	const length = Math.hypot(...first);
	return length === 0 ? first : first.map((number) => number / length);
}
