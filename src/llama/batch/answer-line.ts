import type { DoneEvent } from "../engine/engine.ts";
import type { BadLine, Endpoint, Request } from "./request.ts";

/** How a request ended well. */
export type Answer =
	| { readonly kind: "generated"; readonly done: DoneEvent }
	| {
			readonly kind: "embedded";
			readonly embeddings: readonly Float32Array[];
			readonly promptTokens: number;
			readonly totalMs: number;
	  };

/** Why a request ended otherwise. */
export interface Failure {
	readonly code: string;
	readonly message: string;
}

/** A line of `--out` for plain prompts. Without an error, all other fields are there. */
export interface Result {
	readonly index: number;
	readonly rank: number | null;
	readonly text: string | null;
	readonly finish_reason: string | null;
	readonly prompt_tokens: number | null;
	readonly cached_tokens: number | null;
	readonly completion_tokens: number | null;
	readonly queue_ms: number | null;
	readonly ttft_ms: number | null;
	readonly total_ms: number | null;
	readonly error: string | null;
	/** Of the prompt: `--resume` knows by it that the answer belongs to it. */
	readonly key: string;
}

/** What an output line tells about the request that it answers. */
export interface OldAnswer {
	readonly key: string;
	readonly fingerprint: string;
	readonly failed: boolean;
}

const ID_PREFIX = "batch_req_";
const FINGERPRINT = /^[0-9a-f]{32}$/;

/** What stands for a request, or for a bad line, among all of a file. */
export function keyOf({ customId, fingerprint }: { customId: string | null; fingerprint: string }): string {
	return customId ?? `\0${fingerprint}`;
}

/** The output line of a request that ended well. */
export function answerLine(request: Request, rank: number, answer: Answer, model: string): string {
	if (request.endpoint === "plain") {
		return JSON.stringify(plainLine(request, rank, answer.kind === "generated" ? answer.done : undefined));
	}
	const id = `${ID_PREFIX}${request.fingerprint}`;
	const body = {
		...responseBody(request, answer, request.model ?? model),
		tsmpi: { rank, ...timings(answer) },
	};
	const response = { status_code: 200, request_id: `req_${request.fingerprint.slice(0, 24)}`, body };
	return JSON.stringify({ id, custom_id: request.customId, response, error: null });
}

/** The output line of a request that failed. */
export function failureLine(request: Request | BadLine, rank: number | null, failure: Failure): string {
	const batch = "task" in request ? request.endpoint !== "plain" : request.batch;
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
	{ id, fingerprint }: Pick<Request, "id" | "fingerprint">,
	rank: number | null,
	done: DoneEvent | undefined,
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

function responseBody({ endpoint, fingerprint, task }: Request, answer: Answer, model: string) {
	const created = Math.floor(Date.now() / 1000);
	const suffix = fingerprint.slice(0, 24);
	if (answer.kind === "embedded") {
		const base64 = task.kind === "embed" && task.base64;
		return {
			object: "list",
			data: answer.embeddings.map((embedding, index) => ({
				object: "embedding",
				index,
				embedding: base64 ? toBase64(embedding) : [...embedding],
			})),
			model,
			usage: { prompt_tokens: answer.promptTokens, total_tokens: answer.promptTokens },
		};
	}
	const { text, finishReason, usage } = answer.done;
	const common = {
		created,
		model,
		usage: {
			prompt_tokens: usage.promptTokens,
			completion_tokens: usage.completionTokens,
			total_tokens: usage.promptTokens + usage.completionTokens,
			prompt_tokens_details: { cached_tokens: usage.cachedTokens },
		},
	};
	const choice = { index: 0, logprobs: null, finish_reason: finishReason };
	if (endpoint === ("/v1/completions" satisfies Endpoint)) {
		return { id: `cmpl-${suffix}`, object: "text_completion", ...common, choices: [{ text, ...choice }] };
	}
	const message = { role: "assistant", content: text, refusal: null };
	return {
		id: `chatcmpl-${suffix}`,
		object: "chat.completion",
		...common,
		choices: [{ ...choice, message }],
	};
}

function timings(answer: Answer) {
	if (answer.kind === "embedded") return { total_ms: milliseconds(answer.totalMs) };
	const { queueMs, ttftMs, totalMs } = answer.done.timings;
	return {
		queue_ms: milliseconds(queueMs),
		ttft_ms: milliseconds(ttftMs),
		total_ms: milliseconds(totalMs),
	};
}

/** Little-endian, as the client's machine has it too. */
function toBase64(embedding: Float32Array): string {
	return Buffer.from(embedding.buffer, embedding.byteOffset, embedding.byteLength).toString("base64");
}

/** To the microsecond. */
function milliseconds(ms: number | undefined): number | null {
	return ms === undefined ? null : Math.round(ms * 1000) / 1000;
}
