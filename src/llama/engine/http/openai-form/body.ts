import { isMessages, type Prompt } from "../../prompt.ts";
import type { CheckedRequest } from "../../request.ts";
import type { ChatOptions, SamplingOptions } from "../../sampling.ts";

/** Fields of a request, as JSON. */
export type Fields = Readonly<Record<string, unknown>>;

/** What is asked of a server in OpenAI's form, and where. */
export interface OpenAiRequest {
	readonly path: "/completions" | "/chat/completions";
	readonly json: Fields;
	/** Most tokens to generate, if the request bounds them. */
	readonly maxTokens: number | undefined;
}

/** Which server's own words are used beyond OpenAI's. */
export type Dialect = "llama.cpp" | "vllm";

const LIMITS = ["max_completion_tokens", "max_tokens", "n_predict"];

/**
 * A request in OpenAI's form. Its body goes as it came, with the prompt, the seed and the options that are given;
 * without a body all options are told, for servers have defaults of their own.
 */
export function openAiRequest(request: CheckedRequest, model: string, dialect: Dialect): OpenAiRequest {
	const { prompt, body = {}, seed, maxTokens, temperature, stop, chat, logprobs } = request;
	const { messages: _, prompt: __, n: ___, best_of: ____, ...rest } = body;
	const messages = isMessages(prompt);
	const json = {
		...rest,
		model,
		...promptField(prompt),
		...defined({ max_tokens: maxTokens, temperature }),
		...samplingFields(request, dialect),
		...(messages ? chatFields(chat) : {}),
		...(logprobs === undefined ? {} : logprobFields(logprobs, messages)),
		...(stop.length === 0 ? {} : { stop }),
		seed: body.seed ?? seed,
		stream: true,
		stream_options: { include_usage: true },
	};
	const limits = LIMITS.map((name) => (json as Fields)[name]).filter((value) => typeof value === "number");
	return {
		path: messages ? "/chat/completions" : "/completions",
		json,
		maxTokens: limits.find((limit) => limit > 0),
	};
}

function promptField(prompt: Prompt): Fields {
	return isMessages(prompt) ? { messages: prompt } : { prompt };
}

function samplingFields({ sampling, temperature, body }: CheckedRequest, dialect: Dialect): Fields {
	// They change nothing where the likeliest token is taken, and OpenAI's own servers refuse them.
	const greedy = body === undefined && temperature === 0;
	return defined({
		top_p: sampling.topP,
		...(greedy ? {} : { top_k: sampling.topK === 0 ? -1 : sampling.topK, min_p: sampling.minP }),
		presence_penalty: sampling.presencePenalty,
		frequency_penalty: sampling.frequencyPenalty,
		[dialect === "vllm" ? "repetition_penalty" : "repeat_penalty"]: sampling.repeatPenalty,
		logit_bias: sampling.logitBias,
		grammar: sampling.grammar,
		...schemaField(sampling, dialect),
		ignore_eos: sampling.ignoreEos,
		min_tokens: sampling.minTokens,
		stop_token_ids: sampling.stopTokens,
	});
}

function schemaField({ jsonSchema: schema }: SamplingOptions, dialect: Dialect): Fields {
	if (schema === undefined) return {};
	// llama.cpp's server has a response format for chats alone.
	if (dialect === "llama.cpp") return { json_schema: schema === true ? {} : schema };
	if (schema === true) return { response_format: { type: "json_object" } };
	return { response_format: { type: "json_schema", json_schema: { name: "answer", schema, strict: true } } };
}

function chatFields(chat: ChatOptions): Fields {
	return defined({
		chat_template_kwargs: chat.templateKwargs,
		add_generation_prompt: chat.addGenerationPrompt,
		continue_final_message: chat.continueFinalMessage,
		tools: chat.tools,
		tool_choice: chat.toolChoice,
		parallel_tool_calls: chat.parallelToolCalls,
	});
}

function logprobFields(count: number, messages: boolean): Fields {
	return messages ? { logprobs: true, top_logprobs: count } : { logprobs: count };
}

function defined(fields: Fields): Fields {
	return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));
}
