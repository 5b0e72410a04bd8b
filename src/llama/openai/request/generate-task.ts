import type { Prompt } from "../../engine/prompt.ts";
import { BadRequest } from "../bad-request.ts";
import type { RequestKind } from "../kind.ts";
import { type Defaults, type GenerateTask, seedFor } from "../task.ts";
import { type MessagesOptions, parseMessages } from "./messages.ts";
import { ignore } from "./read-fields.ts";
import { type Draft, unsupported } from "./values/draft.ts";
import { promptsOf } from "./values/prompts.ts";
import { messagesOf } from "./values/responses-chat.ts";
import { settleTools } from "./values/tools.ts";

type Mutable<T> = { -readonly [Name in keyof T]: T[Name] };

/** What an engine is to do, once all fields of the body are known. */
export function generateTask(draft: Draft, kind: RequestKind, id: number, defaults: Defaults): GenerateTask {
	const { sampling, chat, n = 1, bestOf = n } = draft;
	if (bestOf !== n) throw unsupported("best_of", bestOf, 'only the same as "n"');
	const maxTokens = draft.maxCompletionTokens ?? draft.maxTokens ?? draft.nPredict ?? defaults.maxTokens;
	sampling.topP ??= defaults.topP;
	sampling.topK ??= defaults.topK;
	sampling.minP ??= defaults.minP;
	const task: Mutable<GenerateTask> = {
		kind: "generate",
		prompts: promptsFrom(draft, kind, defaults),
		sampling,
		maxTokens,
		temperature: draft.temperature ?? defaults.temperature,
		seed: draft.seed === undefined ? seedFor(defaults.seed, id) : draft.seed >>> 0,
	};
	if (draft.stop !== undefined) task.stop = draft.stop;
	if (n > 1) task.n = n;
	const logprobs = logprobsOf(draft, kind);
	if (logprobs !== undefined) task.logprobs = logprobs;
	if (draft.returnTokens === true) task.tokens = true;
	if (draft.echo === true) {
		if (logprobs !== undefined) throw unsupported("echo", true, 'only without "logprobs"');
		task.echo = true;
	}
	if ((sampling.minTokens ?? 0) > (maxTokens ?? Number.POSITIVE_INFINITY)) {
		const text = `"min_tokens" is ${sampling.minTokens}: the answer may have ${maxTokens} tokens`;
		throw new BadRequest("invalid_request", text, "min_tokens");
	}
	settleChat(draft);
	if (Object.keys(chat).length > 0) task.chat = chat;
	return task;
}

function promptsFrom(
	draft: Draft,
	kind: RequestKind,
	{ ignoreUnknown = false }: Defaults,
): readonly Prompt[] {
	if (kind === "/v1/completions") return promptsOf(draft.prompt);
	const options: MessagesOptions = ignoreUnknown ? { onUnknown: (name) => ignore(draft, name) } : {};
	if (kind === "/v1/responses") return [parseMessages(messagesOf(draft.input, draft.instructions), options)];
	if (draft.messages === undefined) {
		throw new BadRequest("invalid_request", 'the body has no "messages"', "messages");
	}
	return [parseMessages(draft.messages, options)];
}

/** How many others are told beside each token; undefined: nothing is told. */
function logprobsOf({ logprobs, topLogprobs, legacyLogprobs }: Draft, kind: RequestKind): number | undefined {
	if (kind === "/v1/completions") return legacyLogprobs;
	if (logprobs === true) return topLogprobs ?? 0;
	if ((topLogprobs ?? 0) === 0) return undefined;
	const needed = kind === "/v1/responses" ? '"include"' : '"logprobs": true';
	const text = `"top_logprobs" is ${topLogprobs}: it needs ${needed}`;
	throw new BadRequest("invalid_request", text, "top_logprobs");
}

function settleChat(draft: Draft): void {
	const { chat, kwargs } = draft;
	settleTools(draft);
	if (kwargs !== undefined && kwargs.size > 0) chat.templateKwargs = Object.fromEntries(kwargs);
	if (chat.addGenerationPrompt === true && chat.continueFinalMessage === true) {
		const text = `"continue_final_message" and "add_generation_prompt" cannot both be true`;
		throw new BadRequest("invalid_request", text, "continue_final_message");
	}
}
