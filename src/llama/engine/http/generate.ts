import { EngineError } from "../../errors.ts";
import type { Completion, DoneEvent, GenerateEvent, TokenEvent, Usage } from "../engine.ts";
import type { CheckedRequest } from "../request.ts";
import type { TokenLogprob } from "../sampling.ts";
import type { SequencePool } from "../sequence-pool.ts";
import { StopFilter } from "../stop-filter.ts";
import type { ThinkingFilter } from "../thinking.ts";
import { TokenTrail } from "../token-trail.ts";
import type { CompletionApi, CompletionEnd, CompletionEvent } from "./completion-api.ts";
import { type ServerSlot, textOf } from "./server-slot.ts";

type End = CompletionEnd & Pick<Completion, "stopText">;

/** Runs one request on a server, in one of its slots. Rejects with the signal's reason on an abort. */
export async function* generateOver(
	api: CompletionApi,
	slots: SequencePool<ServerSlot, string>,
	request: CheckedRequest,
	signal: AbortSignal | undefined,
): AsyncGenerator<GenerateEvent, void, undefined> {
	// Whatever ends this request ends it on the server, too.
	const left = new AbortController();
	const either = signal === undefined ? left.signal : AbortSignal.any([signal, left.signal]);
	const prompt = textOf(request.prompt);
	const answer = new AnswerText(api.stops ? [] : request.stop, request.logprobs !== undefined);
	const slot = await slots.acquire(prompt, either);
	try {
		for await (const event of api.complete(request, either, slot.id)) {
			for (const piece of answer.take(event)) {
				yield piece;
				signal?.throwIfAborted();
			}
			if (answer.done !== undefined) return yield answer.done;
		}
		throw new EngineError("ERR_GENERATE", "Cannot finish a request: the server ended its answer too early");
	} catch (error) {
		signal?.throwIfAborted();
		throw error;
	} finally {
		left.abort();
		slot.holds(prompt + answer.text);
		slots.release(slot);
	}
}

/** What a server has said to one request: parted, timed, and cut at a stop text. */
class AnswerText {
	/** All the text so far. */
	text = "";
	/** There once the request has ended. */
	done: DoneEvent | undefined;
	readonly #start = performance.now();
	readonly #filter: StopFilter;
	readonly #logprobs: { readonly start: number; readonly all: readonly TokenLogprob[] }[] | undefined;
	#thinking: ThinkingFilter | undefined;
	#reasoning = "";
	readonly #told: TokenLogprob[] = [];
	readonly #trail = new TokenTrail();
	/** Characters that came, and those of them that no stop text has taken. */
	#made = 0;
	#passed = 0;
	#usage: Usage = { promptTokens: 0, cachedTokens: 0, completionTokens: 0 };
	#queueMs: number | undefined;
	#ttftMs: number | undefined;

	constructor(stops: readonly string[], withLogprobs: boolean) {
		this.#filter = new StopFilter(stops);
		this.#logprobs = withLogprobs ? [] : undefined;
	}

	/** The pieces that an event has for whoever asked. */
	take(event: CompletionEvent): GenerateEvent[] {
		if (event.type === "prepared") {
			this.#thinking = event.thinking;
			return [];
		}
		this.#queueMs ??= this.#since();
		switch (event.type) {
			case "begun":
				this.#usage = { ...event, completionTokens: 0 };
				return [];
			case "reasoning":
				this.#sampled(event.sampled);
				return this.#pieces({ reasoning: event.text, text: "" });
			case "text":
				return this.#take(event);
			case "end": {
				const rest = [...this.#pass(this.#filter.flush()), ...this.#pieces(this.#thinking?.flush())];
				this.#end(event);
				return rest;
			}
		}
	}

	#take({ text, sampled, tokens, logprobs }: Extract<CompletionEvent, { type: "text" }>): GenerateEvent[] {
		this.#sampled(sampled);
		if (logprobs !== undefined) this.#logprobs?.push({ start: this.#made, all: logprobs });
		this.#made += text.length;
		this.#trail.add(text, tokens);
		const pieces = this.#pass(this.#filter.push(text));
		if (!this.#filter.stopped) return pieces;
		pieces.push(...this.#pieces(this.#thinking?.flush()));
		const { stopText } = this.#filter;
		this.#end({ finishReason: "stop", usage: this.#usage, ...(stopText === undefined ? {} : { stopText }) });
		return pieces;
	}

	#sampled(completionTokens: number): void {
		this.#ttftMs ??= this.#since();
		this.#usage = { ...this.#usage, completionTokens };
	}

	#pass(text: string): GenerateEvent[] {
		if (text === "") return [];
		this.#passed += text.length;
		return this.#pieces(this.#thinking?.push(text) ?? { reasoning: "", text });
	}

	#pieces(
		{ reasoning, text }: { readonly reasoning: string; readonly text: string } = { reasoning: "", text: "" },
	): GenerateEvent[] {
		this.text += text;
		this.#reasoning += reasoning;
		const pieces: GenerateEvent[] = [];
		if (reasoning !== "") {
			this.#trail.lose();
			pieces.push({ type: "reasoning", reasoning });
		}
		if (text !== "") pieces.push({ type: "token", text, ...this.#detail(text) });
		return pieces;
	}

	/** What else is known of a piece of text: its tokens, and the chances that no piece has had. */
	#detail(text: string): Pick<TokenEvent, "tokens" | "logprobs"> {
		const tokens = this.#trail.take(text);
		const logprobs = this.#chances();
		return { ...(tokens === undefined ? {} : { tokens }), ...(logprobs === undefined ? {} : { logprobs }) };
	}

	/** Of the tokens of what has passed, those that were not told. */
	#chances(): readonly TokenLogprob[] | undefined {
		const waiting = this.#logprobs;
		if (waiting === undefined) return undefined;
		const end = waiting.findIndex(({ start }) => start >= this.#passed);
		const next = waiting.splice(0, end < 0 ? waiting.length : end).flatMap(({ all }) => all);
		this.#told.push(...next);
		return next;
	}

	#end({ finishReason, limit, stopText, toolCalls, model, usage }: End): void {
		const totalMs = this.#since();
		const kept = this.#chances() && this.#told;
		this.done = {
			...{ type: "done", fullText: this.text, finishReason, usage },
			...(limit === undefined ? {} : { limit }),
			...(stopText === undefined ? {} : { stopText }),
			...(this.#reasoning === "" ? {} : { reasoning: this.#reasoning }),
			...(toolCalls === undefined ? {} : { toolCalls }),
			...(model === undefined ? {} : { model }),
			...(kept === undefined ? {} : { logprobs: kept }),
			timings: { queueMs: this.#queueMs ?? 0, ttftMs: this.#ttftMs ?? totalMs, totalMs },
		};
	}

	#since(): number {
		return performance.now() - this.#start;
	}
}
