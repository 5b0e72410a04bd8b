import { promptTooLong } from "../../request.ts";
import type { SequencePool } from "../../sequence-pool.ts";
import { StopFilter } from "../../stop-filter.ts";
import type { GenerateRequest, HostToRank } from "../protocol.ts";
import type { Embedder } from "./embedder.ts";
import type { LoadedModel } from "./model.ts";
import type { PromptEncoder } from "./prompt.ts";
import type { Sequence } from "./sequence.ts";
import { CharacterStream } from "./text.ts";

/** All that requests share. */
export interface Runtime {
	readonly loaded: LoadedModel;
	readonly encoder: PromptEncoder;
	readonly pool: SequencePool<Sequence, readonly number[]>;
	readonly embedder: Embedder;
	readonly emit: (event: HostToRank) => void;
}

/** Runs one request from its prompt to its "done" event. Rejects with the signal's reason on an abort. */
export async function runRequest(
	runtime: Runtime,
	request: GenerateRequest,
	signal: AbortSignal,
): Promise<void> {
	const { contextSize } = runtime.loaded.info;
	const tokens = await runtime.encoder.encode(request.prompt);
	if (tokens.length + 1 > contextSize) {
		throw promptTooLong(tokens.length, contextSize);
	}
	const queued = performance.now();
	const sequence = await runtime.pool.acquire(tokens, signal);
	try {
		const queueMs = performance.now() - queued;
		const { rest, cachedTokens } = await sequence.prefill(tokens, signal);
		const room = contextSize - tokens.length;
		const limit = Math.min(request.maxTokens ?? room, room);
		const outcome = await decode(runtime, request, sequence, { tokens, rest, limit, queueMs, signal });
		const usage = { promptTokens: tokens.length, cachedTokens, completionTokens: outcome.sampled };
		runtime.emit({ type: "done", id: request.id, finishReason: outcome.finishReason, usage });
	} finally {
		runtime.pool.release(sequence);
	}
}

interface Decode {
	readonly tokens: readonly number[];
	readonly rest: readonly number[];
	readonly limit: number;
	readonly queueMs: number;
	readonly signal: AbortSignal;
}

async function decode(
	{ loaded, emit }: Runtime,
	{ id, temperature, seed, stop }: GenerateRequest,
	sequence: Sequence,
	{ tokens, rest, limit, queueMs, signal }: Decode,
): Promise<{ finishReason: "stop" | "length"; sampled: number }> {
	const { model } = loaded;
	const characters = new CharacterStream((ids, before) => model.detokenize(ids, false, before), tokens);
	const filter = new StopFilter(stop);
	const pass = (text: string) => {
		if (text !== "") emit({ type: "text", id, text });
	};
	let sampled = 0;
	let finishReason: "stop" | "length" = "length";
	for await (const token of sequence.generate(rest, { temperature: temperature ?? 0, seed })) {
		signal.throwIfAborted();
		sampled += 1;
		if (sampled === 1) emit({ type: "first", id, queueMs });
		if (model.isEogToken(token)) {
			finishReason = "stop";
			break;
		}
		pass(filter.push(characters.push(token)));
		if (filter.stopped) finishReason = "stop";
		if (filter.stopped || sampled >= limit) break;
	}
	pass(filter.push(characters.flush()) + filter.flush());
	// The very last bytes may have completed a stop text.
	return { finishReason: filter.stopped ? "stop" : finishReason, sampled };
}
