import type { EngineInfo, RankStatistics } from "../../../src/llama/index.ts";
import { Recorder, type RecorderOptions } from "../../../src/llama/measure/recorder.ts";
import { engineInfo } from "./engines.ts";

/** A request of a rank whose requests run one after the other. */
export interface FakeRequest {
	readonly totalMs: number;
	readonly ttftMs?: number;
	readonly queueMs?: number;
	readonly tokens?: number;
	readonly cached?: number;
	/** It fails with this. */
	readonly error?: string;
}

/** Statistics of a rank by a clock that only moves with its requests. */
export function recorded(
	rank: number,
	requests: readonly FakeRequest[],
	{
		startMs = 0,
		engine = {},
		...options
	}: RecorderOptions & { startMs?: number; engine?: Partial<EngineInfo> } = {},
): RankStatistics {
	let now = startMs;
	const recorder = new Recorder({ spans: 100, ...options, now: () => now });
	for (const [index, request] of requests.entries()) {
		const { totalMs, ttftMs = totalMs / 2, queueMs = 0, tokens = 5, cached = 0, error } = request;
		const record = recorder.begin({ index: index * 2 + rank });
		const start = now;
		for (let token = 0; error === undefined && token < tokens; token++) {
			now = start + ttftMs + (token * (totalMs - ttftMs)) / Math.max(1, tokens - 1);
			record.piece();
		}
		now = start + totalMs;
		if (error === undefined) {
			const usage = { promptTokens: 10, cachedTokens: cached, completionTokens: tokens };
			record.succeeded(usage, { queueMs, ttftMs, totalMs });
		} else {
			record.failed({ code: "generate", message: error });
		}
	}
	return recorder.result(rank, `host${rank}`, engineInfo(engine));
}
