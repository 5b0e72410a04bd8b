import { BadRequest, show } from "../../openai/bad-request.ts";
import { FIELDS_OF } from "../../openai/request/fields/fields.ts";
import type { BatchRequest } from "../files/request.ts";
import { readConversation } from "./conversation.ts";
import { isDataSet, type LineOptions } from "./line-options.ts";
import type { Place } from "./place.ts";
import { NO_PARAMETERS, type PlainContent, plainRequest } from "./plain-request.ts";
import { priorityOf } from "./priority.ts";
import { ID_KEYS, keptOf, keysOf, type LineRecord, PROMPT_KEYS } from "./record.ts";

/** Of data sets for training: answers that somebody gave. */
const ANSWER_KEYS = ["completion", "chosen", "rejected"];
const PARAMETERS = FIELDS_OF.get("/v1/chat/completions");
const OWN_KEYS = new Set<string>([...PROMPT_KEYS, ...ID_KEYS, ...ANSWER_KEYS, "system", "priority"]);

/**
 * The request of a JSON object without an envelope, or of a table's row. Of a row, and wherever the command line says
 * what the prompt is, all else is data; otherwise the other fields of an object are the request's parameters.
 *
 * @throws {BadRequest} for what cannot be run.
 */
export function recordRequest(
	record: LineRecord,
	place: Place,
	options: LineOptions,
	isRow: boolean,
): BatchRequest {
	const isData = isRow || isDataSet(options);
	const content = contentOf(record, options);
	const system = systemOf(record);
	const fields = {
		parameters: isData ? NO_PARAMETERS : parametersOf(record, options),
		priority: isData ? 0 : priorityOf(record),
		kept: keptOf(record, options.keptNames),
	};
	if (typeof content === "string") {
		if (system !== undefined && options.raw) {
			throw new BadRequest(
				"invalid_request",
				'it has a "system" message, and --raw knows no messages',
				"system",
			);
		}
		return plainRequest(content, { ...fields, system: system ?? options.system }, place, options);
	}
	const whole = system === undefined ? content : withSystem(content, system);
	return plainRequest(whole, { ...fields, system: undefined }, place, options);
}

function contentOf(record: LineRecord, { template, promptField }: LineOptions): PlainContent {
	if (template !== undefined) return template.fill(record);
	const names = promptField === undefined ? PROMPT_KEYS : [promptField];
	const [name, second] = names.filter((each) => Object.hasOwn(record, each));
	if (name === undefined) {
		const wanted = names.map((each) => JSON.stringify(each)).join(", ");
		const advice = promptField === undefined ? "; --prompt-field says which one is the prompt" : "";
		throw new BadRequest("invalid_request", `it has none of ${wanted}, but ${keysOf(record)}${advice}`);
	}
	if (second !== undefined) {
		throw new BadRequest("invalid_request", `it has both "${name}" and "${second}"`, second);
	}
	return readContent(name, record[name]);
}

function readContent(name: string, value: unknown): PlainContent {
	if (name === "messages" && Array.isArray(value)) return { messages: value };
	if (name.startsWith("conversation")) return { messages: readConversation(name, value) };
	if (typeof value === "string") return value;
	if (Array.isArray(value) && value.length > 0) {
		const [first] = value;
		if (value.every((each) => typeof each === "number")) return { prompt: value };
		if (value.length === 1 && typeof first === "string") return first;
		if (typeof first === "object" && first !== null) {
			return { messages: "from" in first ? readConversation(name, value) : value };
		}
	}
	throw new BadRequest(
		"invalid_request",
		`"${name}" is ${show(value)}: it takes a text, a list of messages or a list of tokens`,
		name,
	);
}

function systemOf({ system }: LineRecord): string | undefined {
	if (typeof system === "string") return system === "" ? undefined : system;
	if (system === undefined || system === null) return undefined;
	throw new BadRequest("invalid_request", `"system" is ${show(system)}: it takes a text`, "system");
}

function withSystem(content: Exclude<PlainContent, string>, text: string): PlainContent {
	if (!("messages" in content)) {
		throw new BadRequest(
			"invalid_request",
			'it has a "system" message, and tokens know no messages',
			"system",
		);
	}
	const first = content.messages[0] as { readonly role?: unknown } | null | undefined;
	if (first?.role === "system") {
		throw new BadRequest(
			"invalid_request",
			'it has "system", and messages that begin with another',
			"system",
		);
	}
	return { messages: [{ role: "system", content: text }, ...content.messages] };
}

/** What is no key of ours is the request's own, as in a body. */
function parametersOf(record: LineRecord, { keepFields }: LineOptions): LineRecord {
	// What is kept is data, unless it is a field that does something: then it is both.
	const isParameter = (name: string) =>
		!OWN_KEYS.has(name) && (!keepFields.includes(name) || PARAMETERS?.has(name) === true);
	const names = Object.keys(record);
	if (!names.some(isParameter)) return NO_PARAMETERS;
	return Object.fromEntries(names.filter(isParameter).map((name) => [name, record[name]]));
}
