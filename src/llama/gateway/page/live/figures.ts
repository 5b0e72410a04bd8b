import { type History, rate } from "./history.ts";
import { type Quantile, quantile } from "./quantile.ts";

/** A time's median, and what 95 of 100 took no longer than. */
export interface Times {
	readonly p50: Quantile | undefined;
	readonly p95: Quantile | undefined;
}

/** What the page shows of the server as a whole. Undefined is what nothing is known of yet. */
export interface Figures {
	readonly requestsPerSecond: number | undefined;
	readonly tokensOut: number | undefined;
	readonly tokensIn: number | undefined;
	readonly running: number;
	readonly waiting: number;
	/** Since the server started. */
	readonly answered: number;
	readonly failed: number;
	readonly refused: ReadonlyMap<string, number>;
	readonly cancelled: number;
	readonly ttft: Times;
	readonly itl: Times;
	readonly e2e: Times;
	readonly queue: Times;
	/** Of the prompts' tokens, how much was found in caches. */
	readonly cached: number | undefined;
	readonly cachedSinceStart: number | undefined;
	/** When the server started, in seconds since 1970. */
	readonly started: number | undefined;
}

/** Computes it from the latest readings of /metrics. */
export function figures(history: History): Figures | undefined {
	const { last, forRates, forShares } = history;
	if (last === undefined) return undefined;
	const times = (name: string): Times => {
		const before = forShares?.histogram(name);
		// Without an earlier reading there would be all since the start, which is not what the page says.
		const of = (share: number) =>
			before === undefined ? undefined : quantile(before, last.histogram(name), share);
		return { p50: of(0.5), p95: of(0.95) };
	};
	const per = (name: string) => rate(forRates, last, name);
	const share = (from: number, of: number) => (of > 0 ? Math.min(1, from / of) : undefined);
	const grown = (name: string) => last.sum(name) - (forShares?.sum(name) ?? last.sum(name));
	const [asked, found] = ["vllm:prefix_cache_queries_total", "vllm:prefix_cache_hits_total"];
	return {
		requestsPerSecond: per("vllm:request_success_total"),
		tokensOut: per("vllm:generation_tokens_total"),
		tokensIn: per("vllm:prompt_tokens_total"),
		running: last.sum("vllm:num_requests_running"),
		waiting: last.sum("vllm:num_requests_waiting"),
		answered: last.sum("vllm:request_success_total"),
		failed: last.sum("tsmpi:requests_failed_total"),
		refused: last.by("tsmpi:requests_refused_total", "reason"),
		cancelled: last.sum("tsmpi:requests_cancelled_total"),
		ttft: times("vllm:time_to_first_token_seconds"),
		itl: times("vllm:inter_token_latency_seconds"),
		e2e: times("vllm:e2e_request_latency_seconds"),
		queue: times("vllm:request_queue_time_seconds"),
		cached: share(grown(found), grown(asked)),
		cachedSinceStart: share(last.sum(found), last.sum(asked)),
		started: last.sum("process_start_time_seconds") || undefined,
	};
}
