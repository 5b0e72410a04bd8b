/** Answers in llama.cpp's own form. */

import type { Completion } from "../../engine/engine.ts";
import type { TokenLogprob } from "../../engine/sampling.ts";
import type { Answer } from "../../openai/answer.ts";
import type { GenerateTask } from "../../openai/task.ts";
import type { AnswerFacts } from "./facts.ts";
import { nativeTimings } from "./native-timings.ts";

/** The answer to `/completion`: an object, or a list of them where there were several prompts. */
export function nativeBody(answer: Answer, facts: AnswerFacts): object {
	if (answer.kind === "embedded") return nativeEmbeddings(answer);
	const { task, responseFields } = facts;
	const bodies = answer.choices.map((completion, index) => ({
		index,
		...{ content: completion.text, tokens: answer.tokens?.[index] ?? [] },
		...(completion.logprobs === undefined
			? {}
			: { completion_probabilities: probabilitiesOf(completion.logprobs, answer.tokens?.[index]) }),
		...nativeEnd(completion, index, facts),
	}));
	const wanted = responseFields === undefined ? bodies : bodies.map((body) => fieldsOf(body, responseFields));
	const one = task.kind === "generate" && task.prompts.length === 1 && bodies.length === 1;
	return one ? (wanted[0] as object) : wanted;
}

/** The answer to `/embedding`. */
export function nativeEmbeddings(answer: Answer): object {
	if (answer.kind === "generated") return [];
	return answer.embeddings.map((embedding, index) => ({ index, embedding: [[...embedding]] }));
}

/** What is known once a text has ended; of a slot nothing, since it is one of many on a rank. */
export function nativeEnd(completion: Completion, index: number, { task, model }: AnswerFacts) {
	const { usage, timings, text, stopText, finishReason } = completion;
	return {
		...{ id_slot: -1, stop: true, model },
		tokens_predicted: usage.completionTokens,
		tokens_evaluated: usage.promptTokens,
		...(task.kind === "generate"
			? { generation_settings: settingsOf(task), prompt: task.prompts[index] ?? "" }
			: {}),
		has_new_line: text.includes("\n"),
		truncated: false,
		stop_type: finishReason === "length" ? "limit" : stopText === undefined ? "eos" : "word",
		stopping_word: stopText ?? "",
		tokens_cached: usage.cachedTokens,
		timings: nativeTimings(usage, timings),
	};
}

/** How likely the tokens were, in llama.cpp's form; their ids where these are known. */
export function probabilitiesOf(logprobs: readonly TokenLogprob[], tokens: readonly number[] = []) {
	const known = tokens.length === logprobs.length;
	return logprobs.map(({ token, logprob, bytes, top }, index) => ({
		...(known ? { id: tokens[index] } : {}),
		...{ token, bytes, logprob },
		top_logprobs: top.map((other) => ({ token: other.token, bytes: other.bytes, logprob: other.logprob })),
	}));
}

/** Some fields of an object; "a/b" is b within a, and is called b. */
export function fieldsOf(body: object, names: readonly string[]): object {
	return Object.fromEntries(
		names.flatMap((name) => {
			const path = name.split("/");
			const value = path.reduce<unknown>(inner, body);
			return value === undefined ? [] : [[path.at(-1), value]];
		}),
	);
}

function inner(outer: unknown, name: string): unknown {
	const own = typeof outer === "object" && outer !== null && Object.hasOwn(outer, name);
	return own ? (outer as Readonly<Record<string, unknown>>)[name] : undefined;
}

function settingsOf({ maxTokens, temperature, seed, stop = [], sampling = {}, logprobs = 0 }: GenerateTask) {
	return {
		...{ n_predict: maxTokens ?? -1, temperature, seed, stop, n_probs: logprobs },
		...{ top_k: sampling.topK, top_p: sampling.topP, min_p: sampling.minP },
		repeat_penalty: sampling.repeatPenalty ?? 1,
		presence_penalty: sampling.presencePenalty ?? 0,
		frequency_penalty: sampling.frequencyPenalty ?? 0,
		ignore_eos: sampling.ignoreEos ?? false,
		grammar: sampling.grammar ?? "",
	};
}
