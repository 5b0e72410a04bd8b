import type { Completion } from "../../engine/engine.ts";
import type { Answer } from "../../openai/answer.ts";
import type { Failure } from "../../openai/failure.ts";
import { responseBody } from "../../openai/response.ts";
import { type BadLine, type BatchRequest, isRequest } from "../files/request.ts";

/** A line of the output for plain prompts. Without an error, all other fields are there. */
export interface Result {
	/** The prompt's place in the file, from 0. */
	readonly index: number;
	/** The rank that ran it; null if none did. */
	readonly rank: number | null;
	/** What was generated. */
	readonly text: string | null;
	/** "stop": the model or a stop text ended it; "length": the limit or the context did. */
	readonly finish_reason: string | null;
	/** Tokens of the prompt, with those of the chat template. */
	readonly prompt_tokens: number | null;
	/** Prompt tokens that were in the engine's memory and not computed again. */
	readonly cached_tokens: number | null;
	/** Sampled tokens, the end-of-generation token included. */
	readonly completion_tokens: number | null;
	/** Milliseconds that it waited for a free sequence of its engine. */
	readonly queue_ms: number | null;
	/** Milliseconds to the first token. */
	readonly ttft_ms: number | null;
	/** Milliseconds to the last. */
	readonly total_ms: number | null;
	/** Why it failed; null if it did not. */
	readonly error: string | null;
	/** The prompt's fingerprint: a resumed job knows by it that the answer belongs to it. */
	readonly key: string;
}

/** What an output line tells about the request that it answers. */
export interface OldAnswer {
	/** Stands for the request among all of its file. */
	readonly key: string;
	/** 128 bits of SHA-256, in hexadecimal. */
	readonly fingerprint: string;
	/** It is an error line. */
	readonly failed: boolean;
}

const ID_PREFIX = "batch_req_";
const FINGERPRINT = /^[0-9a-f]{32}$/;

/** What stands for a request, or for a bad line, among all of a file. */
export function keyOf({ customId, fingerprint }: { customId: string | null; fingerprint: string }): string {
	return customId ?? `\0${fingerprint}`;
}

/** The output line of a request that ended well. */
export function answerLine(request: BatchRequest, rank: number, answer: Answer, model: string): string {
	const { requestKind: kind, fingerprint, task } = request;
	if (kind === "plain") {
		return JSON.stringify(
			plainLine(request, rank, answer.kind === "generated" ? answer.choices[0] : undefined),
		);
	}
	const id = fingerprint.slice(0, 24);
	const base64 = task.kind === "embed" && task.base64;
	const body = {
		...responseBody(answer, { kind, id, model: request.model ?? model, base64 }),
		tsmpi: { rank, ...timings(answer) },
	};
	const response = { status_code: 200, request_id: `req_${id}`, body };
	return JSON.stringify({
		id: `${ID_PREFIX}${fingerprint}`,
		custom_id: request.customId,
		response,
		error: null,
	});
}

/** The output line of a request that failed. */
export function failureLine(request: BatchRequest | BadLine, rank: number | null, failure: Failure): string {
	const batch = isRequest(request) ? request.requestKind !== "plain" : request.batch;
	if (!batch) return JSON.stringify(plainLine(request, rank, undefined, failure.message));
	const { fingerprint, customId } = request;
	return JSON.stringify({
		id: `${ID_PREFIX}${fingerprint}`,
		custom_id: customId,
		response: null,
		error: { code: failure.code, message: failure.message },
	});
}

/** Reads an output line; undefined if this program has not written it. */
export function readAnswerLine(line: string): OldAnswer | undefined {
	let value: Partial<Result> & { readonly id?: unknown; readonly custom_id?: unknown };
	try {
		value = JSON.parse(line);
	} catch {
		return undefined;
	}
	if (typeof value !== "object" || value === null) return undefined;
	const { id, custom_id: customId, index, key, error } = value;
	const failed = error !== null;
	if (typeof id === "string" && id.startsWith(ID_PREFIX)) {
		const fingerprint = id.slice(ID_PREFIX.length);
		if (!FINGERPRINT.test(fingerprint) || (customId !== null && typeof customId !== "string"))
			return undefined;
		return { key: keyOf({ customId, fingerprint }), fingerprint, failed };
	}
	if (typeof index !== "number" || typeof key !== "string" || !FINGERPRINT.test(key)) return undefined;
	return { key: `${index}`, fingerprint: key, failed };
}

function plainLine(
	{ id, fingerprint }: Pick<BatchRequest, "id" | "fingerprint">,
	rank: number | null,
	done: Completion | undefined,
	error: string | null = null,
): Result {
	return {
		index: id,
		rank,
		text: done?.text ?? null,
		finish_reason: done?.finishReason ?? null,
		prompt_tokens: done?.usage.promptTokens ?? null,
		cached_tokens: done?.usage.cachedTokens ?? null,
		completion_tokens: done?.usage.completionTokens ?? null,
		queue_ms: milliseconds(done?.timings.queueMs),
		ttft_ms: milliseconds(done?.timings.ttftMs),
		total_ms: milliseconds(done?.timings.totalMs),
		error,
		key: fingerprint,
	};
}

function timings(answer: Answer) {
	if (answer.kind === "embedded") return { total_ms: milliseconds(answer.totalMs) };
	const { queueMs, ttftMs, totalMs } = answer.timings;
	return {
		queue_ms: milliseconds(queueMs),
		ttft_ms: milliseconds(ttftMs),
		total_ms: milliseconds(totalMs),
	};
}

/** To the microsecond. */
function milliseconds(ms: number | undefined): number | null {
	return ms === undefined ? null : Math.round(ms * 1000) / 1000;
}
