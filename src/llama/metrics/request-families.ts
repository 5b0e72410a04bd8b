import { BETWEEN_TOKENS, CHOICES, FIRST_TOKEN, REQUEST, tokenBuckets } from "./buckets.ts";
import type { Counter } from "./counter.ts";
import type { Histogram } from "./histogram.ts";
import type { Registry } from "./registry.ts";

/** What is counted of requests, by model and rank: vLLM's names, with its meaning. */
export interface RequestFamilies {
	readonly promptTokens: Counter;
	readonly generatedTokens: Counter;
	readonly cacheQueries: Counter;
	readonly cacheHits: Counter;
	readonly successes: Counter;
	readonly restarts: Counter;
	readonly firstToken: Histogram;
	readonly between: Histogram;
	readonly total: Histogram;
	readonly queue: Histogram;
	readonly prefill: Histogram;
	readonly decode: Histogram;
	readonly inference: Histogram;
	readonly promptSize: Histogram;
	readonly generatedSize: Histogram;
	readonly maxTokens: Histogram;
	readonly choices: Histogram;
}

/** @param contextSize Tokens that a request can have at most. */
export function addRequestFamilies(registry: Registry, contextSize: number): RequestFamilies {
	const counter = (name: string, help: string) => registry.counter(name, help);
	const seconds = (name: string, help: string, bounds: readonly number[]) =>
		registry.histogram(`vllm:${name}_seconds`, help, bounds);
	const tokens = (name: string, help: string) =>
		registry.histogram(`vllm:${name}`, help, tokenBuckets(contextSize));
	return {
		promptTokens: counter("vllm:prompt_tokens_total", "Tokens of prompts, those found in caches included."),
		generatedTokens: counter("vllm:generation_tokens_total", "Tokens generated."),
		cacheQueries: counter("vllm:prefix_cache_queries_total", "Prompt tokens looked for in caches."),
		cacheHits: counter("vllm:prefix_cache_hits_total", "Prompt tokens found in caches."),
		successes: counter("vllm:request_success_total", "Requests answered to their end, by what ended them."),
		restarts: counter("tsmpi:engine_restarts_total", "How often the engine of a rank was started again."),
		firstToken: seconds("time_to_first_token", "From arrival to the first token.", FIRST_TOKEN),
		between: seconds("inter_token_latency", "From one token to the next.", BETWEEN_TOKENS),
		total: seconds("e2e_request_latency", "From arrival to the end.", REQUEST),
		queue: seconds("request_queue_time", "From arrival until a rank had the request.", FIRST_TOKEN),
		prefill: seconds("request_prefill_time", "From then to the first token.", REQUEST),
		decode: seconds("request_decode_time", "From the first token to the end.", REQUEST),
		inference: seconds("request_inference_time", "From when a rank had the request to the end.", REQUEST),
		promptSize: tokens("request_prompt_tokens", "Prompt tokens of a request."),
		generatedSize: tokens("request_generation_tokens", "Tokens generated for a request."),
		maxTokens: tokens("request_params_max_tokens", "Most tokens that a request allowed."),
		choices: registry.histogram("vllm:request_params_n", "Choices that a request asked for.", CHOICES),
	};
}
