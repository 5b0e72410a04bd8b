import { parseBody } from "../../openai/body.ts";
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
	{ parameters, system, priority, kept }: PlainFields,
	place: Place,
	options: LineOptions,
): BatchRequest {
	const { id } = place;
	const parts = [`${id}`, canonicalJson(content)];
	if (system !== undefined) parts.push(`system ${system}`);
	// Before all else, since this is what refuses parameters that are nested too deep for others.
	if (parameters !== NO_PARAMETERS) parts.push(canonicalJson(parameters));
	const { task, model, ignored } =
		typeof content === "string"
			? parseText(content, { parameters, system }, id, options)
			: parseBody({ ...parameters, ...content }, kindOf(content), id, options);
	return {
		...{ id, requestKind: "plain", task, customId: `${id}`, ...sizeOf(task), priority },
		fingerprint: fingerprintOf(...parts),
		...(model === undefined ? {} : { model }),
		...(ignored === undefined ? {} : { ignored }),
		...(kept === undefined ? {} : { kept }),
	};
}

function kindOf(content: PlainContent) {
	return typeof content === "object" && "messages" in content ? "/v1/chat/completions" : "/v1/completions";
}

function parseText(
	prompt: string,
	{ parameters, system }: Pick<PlainFields, "parameters" | "system">,
	id: number,
	options: LineOptions,
): ParsedBody {
	const common = parameters === NO_PARAMETERS;
	const parsed = common ? commonBody(options) : parseParameters(parameters, id, options);
	const task = {
		...(parsed.task as GenerateTask),
		prompts: [prompt],
		...(options.raw ? {} : { plain: system === undefined ? {} : { system } }),
		...(common ? { seed: seedFor(options.seed, id) } : {}),
	};
	return { ...parsed, task };
}

const COMMON = new WeakMap<LineOptions, ParsedBody>();

function commonBody(options: LineOptions): ParsedBody {
	const known = COMMON.get(options) ?? parseParameters(NO_PARAMETERS, 0, options);
	COMMON.set(options, known);
	return known;
}

/**
 * Parameters hold for a chat, unless a text is to be continued as it is. Its prompt is none of the body's: whether it
 * becomes a message is known where the model is.
 */
function parseParameters(parameters: LineRecord, id: number, options: LineOptions): ParsedBody {
	const chat = { messages: [{ role: "user", content: "" }] };
	const parsed = options.raw
		? parseBody({ ...parameters, prompt: "" }, "/v1/completions", id, options)
		: parseBody({ ...parameters, ...chat }, "/v1/chat/completions", id, options);
	const { body, ...task } = parsed.task as GenerateTask;
	if (body === undefined) return parsed;
	const { messages: _messages, prompt: _prompt, ...rest } = body;
	return { ...parsed, task: { ...task, body: rest } };
}
