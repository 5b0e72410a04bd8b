import type { EndedFacts, Finish, Refusal } from "../../metrics/facts.ts";
import type { ServingMetrics } from "../../metrics/serving.ts";
import type { FailureCode } from "../../openai/failure.ts";
import type { Call, CallEnd, CallFacts } from "./call.ts";
import { type CallWatch, SILENT } from "./watch.ts";

const NO_USAGE = { promptTokens: 0, cachedTokens: 0, completionTokens: 0 };

/** Why a call was not taken, as metrics have it; a call that was taken may end with one of these, too. */
const REFUSALS: ReadonlyMap<FailureCode, Refusal> = new Map([
	["queue_full", "queue_full"],
	["draining", "draining"],
	["no_engine", "no_engine"],
]);

/** What a call's failure says of the server; undefined: it is the request's own. */
const FAILURES: ReadonlyMap<FailureCode, "engine_died" | "interrupted" | "deadline" | "no_engine"> = new Map([
	["engine_died", "engine_died"],
	["interrupted", "interrupted"],
	["deadline_exceeded", "deadline"],
	["timeout", "deadline"],
	["no_engine", "no_engine"],
]);

/** Of the request's own mistakes, which only an engine could see. */
const MISTAKES: ReadonlySet<FailureCode> = new Set([
	...([
		"prompt_too_long",
		"prompt",
		"unsupported_parameter",
		"invalid_request",
		"unknown_parameter",
	] as const),
]);

/** Counts what happens to calls. */
export function metered(metrics: () => ServingMetrics | undefined): CallWatch {
	return {
		...SILENT,
		piece: (call, rank, gapMs, tokens) => {
			metrics()?.generated(rank, tokens);
			if (gapMs === undefined) metrics()?.firstToken(rank, (performance.now() - call.arrivedMs) / 1000);
			else metrics()?.piece(rank, gapMs / 1000, tokens);
		},
		continued: () => metrics()?.continued(),
		ended: (call, end) => {
			const counts = metrics();
			if (counts !== undefined) count(counts, call, end);
		},
		engineUp: (rank) => metrics()?.engineRestarted(rank),
		figures: (rank, figures) => metrics()?.engineFigures(rank, figures),
	};
}

function count(metrics: ServingMetrics, call: Call, { answer, failure, facts }: CallEnd): void {
	for (let retry = facts.attempts.length - facts.continued; retry > 1; retry--) metrics.retried();
	if (answer !== undefined) {
		const usage =
			answer.kind === "generated" ? answer.usage : { ...NO_USAGE, promptTokens: answer.promptTokens };
		const finish: Finish = answer.kind === "generated" ? (answer.choices[0]?.finishReason ?? "stop") : "stop";
		const ended = endedFacts(call, facts, finish);
		// Of an answer that went whole only the rank knows when its first token came.
		const told = answer.kind === "generated" && call.onPiece === undefined ? answer.timings : undefined;
		if (ended === undefined) return;
		const firstTokenMs =
			told === undefined ? ended.firstTokenMs : Math.min(ended.endMs, ended.assignedMs + told.ttftMs);
		if (told !== undefined && firstTokenMs !== undefined && usage.completionTokens > 0)
			metrics.firstToken(ended.rank, (firstTokenMs - call.arrivedMs) / 1000);
		metrics.ended({ ...ended, firstTokenMs, usage });
		return;
	}
	if (failure.code === "cancelled") {
		metrics.cancelled();
		const ended = endedFacts(call, facts, "abort");
		if (ended !== undefined) metrics.ended(ended);
		return;
	}
	if (facts.firstMs !== undefined && call.onPiece !== undefined) metrics.broken();
	const taken = facts.attempts.length > 0;
	if (!taken) metrics.refused(REFUSALS.get(failure.code) ?? "deadline");
	else if (MISTAKES.has(failure.code)) metrics.refused("invalid");
	else metrics.failed(FAILURES.get(failure.code) ?? "internal");
}

function endedFacts(
	call: Call,
	facts: CallFacts,
	finishReason: EndedFacts["finishReason"],
): EndedFacts | undefined {
	const last = facts.attempts.at(-1);
	if (last === undefined) return undefined;
	const { task } = call;
	return {
		...{ rank: last.rank, finishReason, arrivedMs: facts.arrivedMs, assignedMs: last.assignedMs },
		...{ firstTokenMs: facts.firstMs, endMs: facts.endMs, usage: NO_USAGE, toldTokens: facts.tokens },
		maxTokens: task.kind === "generate" ? task.maxTokens : undefined,
		n: task.kind === "generate" ? (task.n ?? 1) * task.prompts.length : 1,
	};
}
