import type { Attempt, Call, CallEnd, CallLabel } from "../../../../../src/llama/gateway/core/call.ts";
import type { Arrival } from "../../../../../src/llama/gateway/trace/arrival.ts";
import type { Answer } from "../../../../../src/llama/openai/answer.ts";
import type { GenerateTask } from "../../../../../src/llama/openai/task.ts";

export const TASK: GenerateTask = {
	kind: "generate",
	prompts: [[{ role: "user", content: "What is secret?" }]],
	maxTokens: 64,
	temperature: 0.5,
	seed: 7,
	stop: ["END"],
	sampling: { topK: 20, topP: 0.9, frequencyPenalty: 0.25, presencePenalty: 0.75 },
};

const USAGE = { promptTokens: 12, cachedTokens: 8, completionTokens: 5 };
const TIMINGS = { queueMs: 0, ttftMs: 10, totalMs: 40 };

export const ANSWER: Answer = {
	kind: "generated",
	choices: [{ text: "Nothing.", finishReason: "stop", usage: USAGE, timings: TIMINGS }],
	usage: USAGE,
	timings: TIMINGS,
};

/** A request that comes now. */
export function arrival(headers: Arrival["headers"] = {}): Arrival {
	return {
		...{ id: "req-1", method: "POST", route: "/v1/chat/completions", path: "/v1/chat/completions" },
		headers: { host: "127.0.0.1:8090", "user-agent": "test/1", ...headers },
		...{ client: "127.0.0.1", httpVersion: "1.1", arrivedMs: performance.now() },
	};
}

/** A call that came at this time. */
export function call(arrivedMs: number, trace: unknown, change: Partial<CallLabel> = {}, task = TASK): Call {
	const label = { id: "req-1", kind: "/v1/chat/completions", model: "tiny", stream: true, trace, ...change };
	return { task, priority: 0, arrivedMs, label, onEnd: () => undefined };
}

/** How a call that came at this time went well on these ranks, within 100 ms. */
export function wellEnded(arrivedMs: number, attempts: readonly Attempt[], firstMs?: number): CallEnd {
	const endMs = attempts.at(-1)?.endMs ?? arrivedMs + 100;
	return {
		answer: ANSWER,
		facts: { arrivedMs, attempts, firstMs, lastMs: endMs, endMs, tokens: 0, continued: 0 },
	};
}
