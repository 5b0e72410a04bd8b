import type { Attributes } from "@opentelemetry/api";
import type { Answer } from "../../openai/answer.ts";
import type { Call, CallEnd, CallLabel } from "../core/call.ts";
import { ERROR_TYPE, GEN_AI, OWN } from "./names.ts";

/** What makes a request's id that of its answer. The other answers have none. */
const PREFIXES: ReadonlyMap<string, string> = new Map([
	["/v1/chat/completions", "chatcmpl-"],
	["/v1/completions", "cmpl-"],
	["/v1/responses", "resp_"],
]);

/** What a call's end adds to its span. */
export function endAttributes({ label }: Call, { answer, failure, facts }: CallEnd): Attributes {
	const { arrivedMs, firstMs, continued } = facts;
	return {
		...(continued > 0 ? { [OWN.continued]: continued } : {}),
		...(label.stream && firstMs !== undefined
			? { [GEN_AI.timeToFirstChunk]: (firstMs - arrivedMs) / 1000 }
			: {}),
		...(failure === undefined ? {} : { [ERROR_TYPE]: failure.code }),
		...(answer === undefined ? {} : { ...responseOf(label), ...answerAttributes(answer) }),
	};
}

function responseOf({ kind, id, model }: CallLabel): Attributes {
	const prefix = PREFIXES.get(kind);
	return {
		[GEN_AI.responseModel]: model,
		...(prefix === undefined ? {} : { [GEN_AI.responseId]: `${prefix}${id}` }),
	};
}

function answerAttributes(answer: Answer): Attributes {
	if (answer.kind === "embedded") return { [GEN_AI.inputTokens]: answer.promptTokens };
	const { choices, usage } = answer;
	return {
		[GEN_AI.finishReasons]: choices.map(({ finishReason }) => finishReason),
		[GEN_AI.inputTokens]: usage.promptTokens,
		[GEN_AI.cachedTokens]: usage.cachedTokens,
		[GEN_AI.outputTokens]: usage.completionTokens,
	};
}
