/** Fields that only bodies of `/v1/responses` have, or have in another form than a chat. */

import { integerFrom, TEXT } from "../../../../base/check-types.ts";
import { readResponseFormat } from "../values/constraints.ts";
import { type Draft, setKwarg, unsupported, wrongValue } from "../values/draft.ts";
import { checkText } from "../values/plain-json.ts";
import { chatToolChoice, chatTools, formatOf } from "../values/responses-chat.ts";
import { readToolChoice, readTools } from "../values/tools.ts";
import { EFFORT, TOOL_CHOICES } from "./chat-fields.ts";
import { type Field, type Form, into, run, runBy } from "./field.ts";

const RESPONSES: readonly Form[] = ["responses"];
/** What would be kept between requests, or looked up elsewhere. */
const STATEFUL = ["previous_response_id", "conversation", "prompt", "max_tool_calls"];
const LOGPROBS = "message.output_text.logprobs";

export const RESPONSES_FIELDS: readonly Field[] = [
	runBy(["input"], RESPONSES, "a text or a list of items", (input, draft) => into("input")(draft, input)),
	run(["instructions"], RESPONSES, TEXT, (draft, text: string, name) => {
		checkText(text, name);
		draft.instructions = text;
	}),
	run(["max_output_tokens"], RESPONSES, integerFrom(1), into("maxCompletionTokens")),
	runBy(["text"], RESPONSES, "an object with a format: text, json_object or json_schema", readText),
	runBy(["reasoning"], RESPONSES, "an object with an effort", readReasoning),
	runBy(["include"], RESPONSES, `an empty list, or of \`${LOGPROBS}\``, readInclude),
	{
		...runBy(["tools"], RESPONSES, "a list of functions", (tools, draft, name) =>
			readTools(chatTools(tools), draft, name),
		),
		notBy: ["node-llama-cpp"],
	},
	{
		...runBy(["tool_choice"], RESPONSES, TOOL_CHOICES, (choice, draft, name) =>
			readToolChoice(chatToolChoice(choice), draft, name),
		),
		notBy: ["node-llama-cpp"],
	},
	neutral("background", "false", false),
	neutral("truncation", '"disabled"', "disabled"),
	...STATEFUL.map((name) => neutral(name, "nothing")),
];

function neutral(name: string, takes: string, allowed?: unknown): Field {
	return {
		...{ names: [name], forms: RESPONSES, does: "refused", takes, own: true },
		read: (each) => {
			if (allowed !== undefined && each === allowed) return;
			throw unsupported(name, each, "leave it out: nothing is kept between requests");
		},
	};
}

function readText(text: unknown, draft: Draft, name: string): void {
	for (const each of checkOnly(text, name, "format")) {
		readResponseFormat(formatOf(each), draft, `${name}.format`);
	}
}

function readReasoning(reasoning: unknown, draft: Draft, name: string): void {
	for (const each of checkOnly(reasoning, name, "effort")) {
		if (!EFFORT.accepts(each)) throw wrongValue(`${name}.effort`, each, EFFORT.words);
		setKwarg(draft, name, "reasoning_effort", each);
	}
}

function readInclude(include: unknown, draft: Draft, name: string): void {
	if (!Array.isArray(include)) throw wrongValue(name, include, "a list");
	const other = include.find((each) => each !== LOGPROBS);
	if (other !== undefined) throw unsupported(name, other, `only "${LOGPROBS}"`);
	if (include.length > 0) draft.logprobs = true;
}

/** The value of the only key that an object may have; none if it is empty. */
function checkOnly(each: unknown, name: string, only: string): readonly unknown[] {
	if (typeof each !== "object" || each === null || Array.isArray(each)) {
		throw wrongValue(name, each, "an object");
	}
	const given = Object.entries(each).filter(([, inner]) => inner !== null);
	for (const [key, inner] of given) {
		if (key !== only) throw unsupported(`${name}.${key}`, inner, `only "${only}"`);
	}
	return given.map(([, inner]) => inner);
}

/**
 * Of a body that goes on as a chat, what a chat has no words for.
 *
 * @throws {BadRequest} that names it.
 */
export function refuseLost(body: Readonly<Record<string, unknown>>): void {
	const scratch: Draft = { sampling: {}, chat: {} };
	for (const { does, names, read } of RESPONSES_FIELDS) {
		const name = names[0] as string;
		const value = body[name];
		if (value === undefined || value === null) continue;
		if (does === "refused" || name === "reasoning" || name === "include") read(value, scratch, name);
		if (name === "text") checkOnly(value, name, "format");
	}
}
