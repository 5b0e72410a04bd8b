import { promptTooLong } from "../../request.ts";
import type { SequencePool } from "../../sequence-pool.ts";
import { StopFilter } from "../../stop-filter.ts";
import type { ThinkingFilter } from "../../thinking.ts";
import { TokenTrail } from "../../token-trail.ts";
import type { GenerateRequest, HostToRank, RequestEnd } from "../protocol.ts";
import type { Embedder } from "./embedder.ts";
import type { LoadedModel } from "./model.ts";
import type { ChatTemplate } from "./prompts/chat-template.ts";
import type { PromptEncoder } from "./prompts/prompt-encoder.ts";
import { LogProbabilities } from "./sampling/log-probabilities.ts";
import { giveRawProbabilities } from "./sampling/raw-probabilities.ts";
import type { Sampler } from "./sampling/sampler.ts";
import type { Sequence } from "./sequence.ts";
import { CharacterStream } from "./text.ts";

/** All that requests share. */
export interface Runtime {
	readonly loaded: LoadedModel;
	readonly template: ChatTemplate;
	readonly encoder: PromptEncoder;
	readonly sampler: Sampler;
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
	const { loaded, encoder, sampler } = runtime;
	const { contextSize } = loaded.info;
	const { tokens, thinking } = await encoder.encode(request.prompt, request.chat);
	if (tokens.length + 1 > contextSize) throw promptTooLong(tokens.length, contextSize);
	if (request.logprobs !== undefined) giveRawProbabilities(loaded.context, loaded.model);
	// What is sampled is added: the penalties look at it.
	const history = [...tokens];
	const options = await sampler.options(request, {
		tokens: history,
		sampled: () => history.length - tokens.length,
	});
	const queued = performance.now();
	const sequence = await runtime.pool.acquire(tokens, signal);
	try {
		const queueMs = performance.now() - queued;
		const { rest, cachedTokens } = await sequence.prefill(tokens, signal);
		const sampled = sequence.generate(rest, options, request.logprobs !== undefined);
		const room = contextSize - tokens.length;
		const decoded = await decode(runtime, request, sampled, {
			tokens,
			history,
			room,
			queueMs,
			thinking,
			signal,
		});
		const { completionTokens, ...end } = decoded;
		const usage = { promptTokens: tokens.length, cachedTokens, completionTokens };
		runtime.emit({ type: "done", id: request.id, ...end, usage });
	} finally {
		runtime.pool.release(sequence);
	}
}

interface Decode {
	readonly tokens: readonly number[];
	/** Of prompt and text; grows. */
	readonly history: number[];
	/** Tokens that the context has left. */
	readonly room: number;
	readonly queueMs: number;
	readonly thinking: ThinkingFilter | undefined;
	readonly signal: AbortSignal;
}

async function decode(
	{ loaded, emit }: Runtime,
	{ id, stop, sampling, maxTokens, logprobs }: GenerateRequest,
	tokens: ReturnType<Sequence["generate"]>,
	{ history, room, queueMs, signal, thinking, ...prompt }: Decode,
): Promise<Omit<RequestEnd, "usage"> & { readonly completionTokens: number }> {
	const { model } = loaded;
	const characters = new CharacterStream(
		(ids, before) => model.detokenize(ids, false, before),
		prompt.tokens,
	);
	const filter = new StopFilter(stop);
	const trail = new TokenTrail();
	const chances = logprobs === undefined ? undefined : new LogProbabilities(model, logprobs);
	const stops = new Set(sampling.stopTokens);
	const limit = Math.min(maxTokens ?? room, room);
	/** Characters that were sampled, and those of them that no stop text has taken. */
	let [made, passed, sampled] = [0, 0, 0];
	let ended = false;
	const pass = (text: string) => {
		if (text === "") return;
		passed += text.length;
		tell(thinking?.push(text) ?? { reasoning: "", text });
	};
	const tell = (piece: { readonly reasoning: string; readonly text: string }) => {
		if (piece.reasoning !== "") {
			trail.lose();
			emit({ type: "reasoning", id, text: piece.reasoning });
		}
		const { text } = piece;
		if (text === "") return;
		const tokens = trail.take(text);
		const told = tokens === undefined ? { text } : { text, tokens };
		emit({ type: "text", id, ...told, ...(chances && { logprobs: chances.within(passed) }) });
	};
	for await (const each of tokens) {
		signal.throwIfAborted();
		const { token } = each;
		sampled += 1;
		if (sampled === 1) emit({ type: "first", id, queueMs });
		ended = model.isEogToken(token) || stops.has(token);
		if (ended) break;
		history.push(token);
		chances?.add(each, made);
		const text = characters.push(token);
		made += text.length;
		trail.add(text, [token]);
		pass(filter.push(text));
		if (filter.stopped || sampled >= limit) break;
	}
	const last = characters.flush();
	trail.add(last, []);
	pass(filter.push(last) + filter.flush());
	if (thinking !== undefined) tell(thinking.flush());
	return {
		// The very last bytes may have completed a stop text.
		...(ended || filter.stopped
			? { finishReason: "stop", ...(filter.stopText === undefined ? {} : { stopText: filter.stopText }) }
			: {
					finishReason: "length",
					limit: maxTokens === undefined || room < maxTokens ? "context" : "max_tokens",
				}),
		...(chances === undefined ? {} : { logprobs: chances.within(passed) }),
		completionTokens: sampled,
	};
}
