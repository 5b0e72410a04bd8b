import { parseBody } from "../../openai/request/body.ts";
import { type GenerateTask, type ParsedBody, seedFor, sizeOf } from "../../openai/task.ts";
import { type BatchRequest, canonicalJson, fingerprintOf } from "../files/request.ts";
import type { LineOptions } from "./line-options.ts";
import type { Place } from "./place.ts";
import type { LineRecord } from "./record.ts";

/** What is asked for: a text, or what only a body can hold, such as `messages`. */
export type PlainContent =
	| string
	| { readonly messages: readonly unknown[] }
	| { readonly prompt: readonly unknown[] };

/** What a request without an envelope says besides. */
export interface PlainFields {
	/** Fields of OpenAI's API. */
	readonly parameters: LineRecord;
	/** What the system turn of a text says. */
	readonly system: string | undefined;
	readonly priority: number;
	readonly kept: LineRecord | undefined;
}

/** Those of a line that has nothing but a prompt. What makes up its task is then known once for all such lines. */
export const NO_PARAMETERS: LineRecord = {};

/** @throws {BadRequest} for what cannot be run. */
export function plainRequest(
	content: PlainContent,
	fields: PlainFields,
	{ id }: Place,
	options: LineOptions,
): BatchRequest {
	// Before all else, since this is what refuses what is nested too deep for others.
	const fingerprint = fingerprintFor(id, content, fields);
	const { kept, priority } = fields;
	const { task, model, ignored } =
		typeof content === "string"
			? parseText(content, fields, id, options)
			: parseBody({ ...fields.parameters, ...content }, kindOf(content), id, options);
	const { promptTokens, maxTokens } = sizeOf(task);
	const customId = `${id}`;
	const request = {
		id,
		requestKind: "plain",
		task,
		customId,
		promptTokens,
		maxTokens,
		priority,
		fingerprint,
	} as const;
	if (model === undefined && ignored === undefined && kept === undefined) return request;
	return {
		...request,
		...(model === undefined ? {} : { model }),
		...(ignored === undefined ? {} : { ignored }),
		...(kept === undefined ? {} : { kept }),
	};
}

function fingerprintFor(id: number, content: PlainContent, { system, parameters }: PlainFields): string {
	const parts = [`${id}`, canonicalJson(content)];
	if (system !== undefined) parts.push(`system ${system}`);
	if (parameters !== NO_PARAMETERS) parts.push(canonicalJson(parameters));
	return fingerprintOf(...parts);
}

function kindOf(content: PlainContent) {
	return typeof content === "object" && "messages" in content ? "/v1/chat/completions" : "/v1/completions";
}

function parseText(
	prompt: string,
	{ parameters, system }: PlainFields,
	id: number,
	options: LineOptions,
): ParsedBody {
	const prompts = [prompt];
	if (parameters === NO_PARAMETERS && system === options.system) {
		return { task: { ...commonTask(options), prompts, seed: seedFor(options.seed, id) } };
	}
	const parsed = parseParameters(parameters, id, options);
	const plain = options.raw ? {} : { plain: system === undefined ? {} : { system } };
	return { ...parsed, task: { ...(parsed.task as GenerateTask), ...plain, prompts } };
}

const COMMON = new WeakMap<LineOptions, GenerateTask>();

function commonTask(options: LineOptions): GenerateTask {
	const known = COMMON.get(options);
	if (known !== undefined) return known;
	const { system, raw } = options;
	const task = parseParameters(NO_PARAMETERS, 0, options).task as GenerateTask;
	const common = raw ? task : { ...task, plain: system === undefined ? {} : { system } };
	COMMON.set(options, common);
	return common;
}

/**
 * Parameters hold for a chat, unless a text is to be continued as it is. Its prompt is none of the body's: whether it
 * becomes a message is known where the model is.
 */
function parseParameters(parameters: LineRecord, id: number, options: LineOptions): ParsedBody {
	const chat = { messages: [{ role: "user", content: "" }] };
	return options.raw
		? parseBody({ ...parameters, prompt: "" }, "/v1/completions", id, options)
		: parseBody({ ...parameters, ...chat }, "/v1/chat/completions", id, options);
}
