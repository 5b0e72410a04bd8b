/** Fields of a conversation. */

import { BOOLEAN, integerFrom, type Kind, oneOf } from "../../../../base/check-types.ts";
import type { ChatOptions } from "../../../engine/sampling.ts";
import { type Draft, setKwarg } from "../values/draft.ts";
import { checkPlain } from "../values/plain-json.ts";
import { readToolChoice, readTools, refuseFunctions } from "../values/tools.ts";
import { type Field, type Form, into, own, run, runBy } from "./field.ts";

const CHAT: readonly Form[] = ["chat"];
/** Forms that go through the model's chat template. */
const TEMPLATE: readonly Form[] = ["chat", "responses"];
const NOT_BY = ["node-llama-cpp"] as const;
const OBJECT: Kind = {
	words: "an object",
	accepts: (value) => typeof value === "object" && value !== null && !Array.isArray(value),
};

/** How much a model may think. */
export const EFFORT: Kind = oneOf("none", "minimal", "low", "medium", "high", "xhigh", "max");
/** What `tool_choice` takes. */
export const TOOL_CHOICES = '"auto", "none", "required" or a function; without `tools` "auto" or "none"';

export const CHAT_FIELDS: readonly Field[] = [
	own(
		runBy(["messages"], CHAT, "a list of messages", (messages, draft) => into("messages")(draft, messages)),
	),
	run(["max_completion_tokens"], CHAT, integerFrom(1), into("maxCompletionTokens")),
	run(["logprobs"], CHAT, BOOLEAN, into("logprobs")),
	run(["top_logprobs"], TEMPLATE, integerFrom(0, 20), into("topLogprobs")),
	run(["chat_template_kwargs"], TEMPLATE, OBJECT, (draft, kwargs: object, name) => {
		checkPlain(kwargs, name);
		for (const [key, value] of Object.entries(kwargs)) setKwarg(draft, name, key, value);
	}),
	kwarg("enable_thinking", TEMPLATE, BOOLEAN),
	kwarg("reasoning_effort", CHAT, EFFORT),
	chat("add_generation_prompt", BOOLEAN, "addGenerationPrompt"),
	chat("continue_final_message", BOOLEAN, "continueFinalMessage"),
	{ ...runBy(["tools"], CHAT, "a list of functions", readTools), notBy: NOT_BY },
	{ ...runBy(["tool_choice"], CHAT, TOOL_CHOICES, readToolChoice), notBy: NOT_BY },
	{ ...chat("parallel_tool_calls", BOOLEAN, "parallelToolCalls"), notBy: NOT_BY },
	{
		...{ names: ["functions", "function_call"], forms: CHAT, does: "refused" },
		...{ takes: "nothing: use `tools` and `tool_choice`", read: refuseFunctions },
	},
];

function kwarg(name: string, forms: readonly Form[], kind: Kind): Field {
	return run([name], forms, kind, (draft: Draft, value: unknown) => {
		setKwarg(draft, name, name, value);
	});
}

function chat(name: string, kind: Kind, option: keyof ChatOptions): Field {
	return run([name], TEMPLATE, kind, (draft: Draft, value: never) => {
		draft.chat[option] = value;
	});
}
