import type { Answer } from "../../openai/answer.ts";
import { errorBody, type Failure, statusOf } from "../../openai/failure.ts";
import { responseBody } from "../../openai/response.ts";
import { type BadLine, type BatchRequest, isRequest } from "../files/request.ts";
import { milliseconds, plainAnswer, plainFailure } from "./plain-line.ts";
import { ID_PREFIX } from "./read-answer-line.ts";

/**
 * The output line of a request that ended well.
 *
 * @param model What the rank's engine runs.
 */
export function answerLine(request: BatchRequest, rank: number, answer: Answer, model: string): string {
	const { requestKind: kind, task, customId } = request;
	if (kind === "plain") return plainAnswer(request, rank, answer);
	const base64 = task.kind === "embed" && task.base64;
	const body = {
		...responseBody(answer, { kind, id: idOf(request), model, base64 }),
		tsmpi: { rank, ...timings(answer) },
	};
	return envelope(request, customId, 200, body);
}

/** The output line of a request that failed. */
export function failureLine(request: BatchRequest | BadLine, rank: number | null, failure: Failure): string {
	const known = isRequest(request);
	if (known ? request.requestKind === "plain" : !request.batch) {
		return plainFailure(request, rank, failure.message);
	}
	const shownId = request.customId ?? (known ? null : (request.shownId ?? null));
	return envelope(request, shownId, statusOf(failure.code), errorBody(failure));
}

/** A line as OpenAI writes it, of which programs read `response.status_code` and `response.body`. */
function envelope(
	request: BatchRequest | BadLine,
	customId: string | number | boolean | null,
	status: number,
	body: object,
): string {
	const response = { status_code: status, request_id: `req_${idOf(request)}`, body };
	return JSON.stringify({
		id: `${ID_PREFIX}${request.fingerprint}`,
		custom_id: customId,
		response,
		error: null,
	});
}

function idOf({ fingerprint }: Pick<BatchRequest, "fingerprint">): string {
	return fingerprint.slice(0, 24);
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
