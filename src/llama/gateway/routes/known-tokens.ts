import { BadRequest } from "../../openai/bad-request.ts";
import type { Task } from "../../openai/task.ts";

/**
 * Ids of tokens that the model does not have make engines fail.
 *
 * @param size How many it has; undefined: unknown.
 * @throws {BadRequest}
 */
export function checkTokens(ids: readonly number[], size: number | undefined, param: string): void {
	if (size === undefined) return;
	const unknown = ids.find((id) => id >= size);
	if (unknown === undefined) return;
	const text = `"${param}" has the token ${unknown}: the model has those from 0 to ${size - 1}`;
	throw new BadRequest("invalid_request", text, param);
}

/**
 * `checkTokens` for what a request is to continue or to embed, and for the tokens that it says something of: engines pass over
 * those that they do not know.
 *
 * @throws {BadRequest}
 */
export function checkTaskTokens(task: Task, size: number | undefined): void {
	const [param, inputs] = task.kind === "embed" ? ["input", task.texts] : ["prompt", task.prompts];
	for (const input of inputs) {
		if (typeof input !== "string" && typeof input[0] === "number")
			checkTokens(input as readonly number[], size, param);
	}
	if (task.kind === "embed") return;
	const { logitBias = {}, stopTokens = [] } = task.sampling ?? {};
	checkTokens(Object.keys(logitBias).map(Number), size, "logit_bias");
	checkTokens(stopTokens, size, "stop_token_ids");
}
