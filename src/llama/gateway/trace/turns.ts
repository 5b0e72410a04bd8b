import type { Answer } from "../../openai/answer.ts";
import type { CallFacts } from "../core/call.ts";

/** A part of a call's time. */
export interface Phase {
	readonly name: "queue" | "prefill" | "decode";
	readonly startMs: number;
	readonly endMs: number;
}

/** A call that is given up after so long without a rank has waited once more; less is the time of giving it up. */
const WAITED_MS = 1;

/** A rank's turn at a call, in phases that follow each other: at least one. */
export interface Turn {
	/** Undefined where no rank had it. */
	readonly rank: number | undefined;
	readonly phases: readonly Phase[];
	/** What went wrong. */
	readonly failure?: string | undefined;
}

/**
 * How a call's time passed: rank after rank, each with its wait, the reading of the prompt, and the writing of the text.
 * A call that was refused or given up in the queue has a last turn of which the wait is all.
 *
 * @param answer Tells of the last rank what pieces do not: when the first token was there, where none was passed on.
 */
export function turnsOf(facts: CallFacts, answer: Answer | undefined, failure: string | undefined): Turn[] {
	const { attempts, arrivedMs, endMs } = facts;
	let freeMs = arrivedMs;
	const turns = attempts.map((attempt, index): Turn => {
		const { rank, assignedMs, firstMs } = attempt;
		const end = attempt.endMs ?? endMs;
		const last = index === attempts.length - 1;
		const first = firstMs ?? (last ? firstOf(answer, assignedMs, end) : undefined);
		const queue: Phase = { name: "queue", startMs: freeMs, endMs: assignedMs };
		freeMs = end;
		return { rank, phases: [queue, ...worked(assignedMs, first, end)], failure: attempt.failure?.code };
	});
	const givenUp = failure !== undefined && endMs - freeMs >= WAITED_MS;
	if (turns.length > 0 && !givenUp) return turns;
	return [...turns, { rank: undefined, phases: [{ name: "queue", startMs: freeMs, endMs }], failure }];
}

function worked(startMs: number, firstMs: number | undefined, endMs: number): Phase[] {
	if (firstMs === undefined) return [{ name: "prefill", startMs, endMs }];
	return [
		{ name: "prefill", startMs, endMs: firstMs },
		{ name: "decode", startMs: firstMs, endMs },
	];
}

/**
 * When the first token of an answer came that went whole: the rank's clock is another one, but it tells how long before
 * the end that was.
 */
function firstOf(answer: Answer | undefined, startMs: number, endMs: number): number | undefined {
	if (answer?.kind !== "generated") return undefined;
	const { ttftMs, totalMs } = answer.timings;
	return Math.min(endMs, Math.max(startMs, endMs - (totalMs - ttftMs)));
}
