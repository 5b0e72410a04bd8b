import { pause, waitMs } from "../../engine/http/retry.ts";
import type { Target } from "../../engine/http/target.ts";
import type { Recorder, RequestRecord } from "../../measure/recorder.ts";
import type { BadItem, LoadRequest } from "../workload/workload.ts";
import type { Answer, AnswerText } from "./answer.ts";
import { failureOf, mayPass } from "./failure.ts";
import { send } from "./send.ts";

/** How a rank sends its requests. */
export interface RunOptions {
	readonly target: Target;
	readonly stream: boolean;
	readonly timeoutMs: number | undefined;
	readonly retries: number;
	readonly signal: AbortSignal;
}

/** What is to be said of requests besides how they ended. */
export interface Remarks {
	/** Answers whose tokens the server did not tell. */
	uncounted: number;
	/** Attempts after the first ones. */
	retried: number;
	/** Turns behind one that failed. */
	unsent: number;
}

/** Before a second attempt; before each one after it twice as long, unless the server asks for more. */
const BACKOFF_MS = 500;

/**
 * Runs one request to its end, and records it: exactly once as a success or as a failure, unless it is aborted.
 *
 * @param label Its number, and when it is due on rank 0's clock.
 * @returns the text of its answer; undefined if it has none.
 */
export async function runRequest(
	request: LoadRequest | BadItem,
	recorder: Recorder,
	remarks: Remarks,
	label: { readonly index: number; readonly dueMs?: number | undefined },
	options: RunOptions,
): Promise<string | undefined> {
	if (!("path" in request)) {
		recorder.refused(request);
		return undefined;
	}
	const record = recorder.begin(label);
	const startMs = performance.now();
	try {
		const answer = await attempts(request, record, remarks, options);
		succeed(record, answer, startMs, remarks);
		return answer.texts[0]?.text ?? "";
	} catch (error) {
		if (options.signal.aborted) record.dropped();
		else record.failed(failureOf(error));
		return undefined;
	}
}

async function attempts(
	request: LoadRequest,
	record: RequestRecord,
	remarks: Remarks,
	options: RunOptions,
): Promise<Answer> {
	const { target, stream, timeoutMs, retries, signal } = options;
	let begun = false;
	const onPiece = (choice: number) => {
		begun = true;
		if (stream) record.piece(choice);
	};
	for (let attempt = 0; ; attempt++) {
		try {
			return await send(target, request, { stream, timeoutMs, signal, onPiece });
		} catch (error) {
			// What has been shown to a user cannot be taken back.
			if (begun || attempt >= retries || signal.aborted || !mayPass(error)) throw error;
			remarks.retried += 1;
			await pause(waitMs(error, attempt, BACKOFF_MS), signal);
		}
	}
}

function succeed(record: RequestRecord, { texts, usage }: Answer, startMs: number, remarks: Remarks): void {
	const nowMs = performance.now();
	const told = usage?.completion_tokens;
	const pieces = texts.reduce((sum, { pieces: count }) => sum + count, 0);
	if (told === undefined && texts.length > 0) remarks.uncounted += 1;
	const tokens = {
		promptTokens: usage?.prompt_tokens ?? 0,
		cachedTokens: usage?.prompt_tokens_details?.cached_tokens ?? 0,
		completionTokens: told ?? pieces,
	};
	const endMs = texts.length === 0 ? nowMs : Math.max(...texts.map(({ lastMs }) => lastMs));
	const firstMs = Math.min(endMs, ...texts.map((text) => text.firstMs ?? endMs));
	const timings = { queueMs: 0, ttftMs: firstMs - startMs, totalMs: endMs - startMs };
	// Of several texts the server tells the tokens of all together.
	const share = (text: AnswerText) =>
		texts.length === 1 || pieces === 0
			? tokens.completionTokens
			: (tokens.completionTokens * text.pieces) / pieces;
	const choices = texts.map((text) => ({
		usage: { ...tokens, completionTokens: share(text) },
		timings: {
			queueMs: 0,
			ttftMs: (text.firstMs ?? text.lastMs) - startMs,
			totalMs: text.lastMs - startMs,
		},
		...(text.finishReason === "length" ? { limit: "max_tokens" as const } : {}),
	}));
	record.succeeded(tokens, timings, choices);
}
