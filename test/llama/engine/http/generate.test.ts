import test from "ava";
import type { GenerateEvent } from "../../../../src/llama/engine/engine.ts";
import type { CompletionApi, CompletionEvent } from "../../../../src/llama/engine/http/completion-api.ts";
import { generateOver } from "../../../../src/llama/engine/http/generate.ts";
import { makeSlots } from "../../../../src/llama/engine/http/server-slot.ts";
import { checkRequest } from "../../../../src/llama/engine/request.ts";
import { EngineError } from "../../../../src/llama/errors.ts";

/** A server that tells these events, and keeps the signals and slots of its requests. */
class FakeApi implements CompletionApi {
	readonly stops: boolean;
	readonly signals: AbortSignal[] = [];
	readonly slots: (number | undefined)[] = [];
	readonly #events: readonly CompletionEvent[];
	/** Waited for before the last event. */
	readonly #pause: Promise<void> | undefined;

	constructor(
		events: readonly CompletionEvent[],
		{ stops = false, pause }: { stops?: boolean; pause?: Promise<void> } = {},
	) {
		this.stops = stops;
		this.#events = events;
		this.#pause = pause;
	}

	async *complete(_: unknown, signal: AbortSignal, slot?: number): AsyncGenerator<CompletionEvent> {
		this.signals.push(signal);
		this.slots.push(slot);
		for (const [place, event] of this.#events.entries()) {
			if (place === this.#events.length - 1) await this.#pause;
			signal.throwIfAborted();
			yield event;
		}
	}

	async countTokens(): Promise<number> {
		return 1;
	}

	async embed(): Promise<Float32Array[]> {
		return [Float32Array.of(1)];
	}

	async applyTemplate(): Promise<string> {
		return "";
	}

	async tokenize(): Promise<number[]> {
		return [1];
	}

	async detokenize(): Promise<string> {
		return "";
	}
}

const USAGE = { promptTokens: 5, cachedTokens: 2, completionTokens: 3 };
const BEGUN: CompletionEvent = { type: "begun", promptTokens: 5, cachedTokens: 2 };
const END: CompletionEvent = { type: "end", finishReason: "length", limit: "context", usage: USAGE };
const piece = (text: string, sampled: number): CompletionEvent => ({ type: "text", text, sampled });

async function all(events: AsyncIterable<GenerateEvent>): Promise<GenerateEvent[]> {
	const list: GenerateEvent[] = [];
	for await (const event of events) list.push(event);
	return list;
}

const texts = (events: readonly GenerateEvent[]) =>
	events.flatMap((event) => (event.type === "token" ? [event.text] : []));

test("generateOver() passes pieces on as they come and ends with all the text and the server's counts", async (t) => {
	const api = new FakeApi([BEGUN, piece("ab", 1), piece("", 2), piece("c", 3), END]);
	const events = await all(generateOver(api, makeSlots(1), checkRequest("a", {}), undefined));
	t.deepEqual(texts(events), ["ab", "c"]);
	const done = events.at(-1);
	t.like(done, { type: "done", fullText: "abc", finishReason: "length", usage: USAGE });
	t.true(done?.type === "done" && done.timings.queueMs <= done.timings.ttftMs);
	t.true(done?.type === "done" && done.timings.ttftMs <= done.timings.totalMs);
	t.true(done?.type === "done" && done.limit === "context");
	t.deepEqual(api.slots, [0]);
});

test("generateOver() looks for stop texts itself, unless the server does, and then ends the request there", async (t) => {
	const events = [BEGUN, piece("ab", 1), piece("cde", 2), piece("f", 3), END];
	const api = new FakeApi(events);
	const request = checkRequest("a", { stop: ["cd"] });
	const own = await all(generateOver(api, makeSlots(1), request, undefined));
	t.deepEqual(texts(own), ["ab"]);
	t.like(own.at(-1), {
		fullText: "ab",
		finishReason: "stop",
		usage: { promptTokens: 5, completionTokens: 2 },
	});
	t.true(api.signals[0]?.aborted, "the server works no longer at it");
	const server = new FakeApi(events, { stops: true });
	t.deepEqual(texts(await all(generateOver(server, makeSlots(1), request, undefined))), ["ab", "cde", "f"]);
});

test("generateOver() gives its slot back, whatever ends the request", async (t) => {
	const slots = makeSlots(1);
	const request = checkRequest("a", {});
	// An answer that breaks off, a caller who leaves early, and one who is done.
	const broken = all(generateOver(new FakeApi([BEGUN, piece("a", 1)]), slots, request, undefined));
	await t.throwsAsync(broken, {
		instanceOf: EngineError,
		code: "ERR_GENERATE",
		message: "Cannot finish a request: the server ended its answer too early",
	});
	const left = new FakeApi([BEGUN, piece("a", 1), piece("b", 2), END]);
	for await (const _ of generateOver(left, slots, request, undefined)) break;
	t.true(left.signals[0]?.aborted);
	const last = new FakeApi([BEGUN, piece("a", 1), END]);
	t.is((await all(generateOver(last, slots, request, undefined))).length, 2);
});

test("generateOver() rejects with the signal's reason, while it waits for a slot and while it runs", async (t) => {
	const slots = makeSlots(1);
	const request = checkRequest("a", {});
	let release = () => {};
	const pause = new Promise<void>((resolve) => {
		release = resolve;
	});
	const running = new AbortController();
	const first = all(
		generateOver(new FakeApi([BEGUN, piece("a", 1), END], { pause }), slots, request, running.signal),
	);
	const waiting = new AbortController();
	const never = new FakeApi([END]);
	const second = all(generateOver(never, slots, request, waiting.signal));
	const [tooLong, unwanted] = [new Error("enough of waiting"), new Error("enough of running")] as const;
	waiting.abort(tooLong);
	t.is(await t.throwsAsync(second), tooLong);
	t.is(never.signals.length, 0);
	running.abort(unwanted);
	release();
	t.is(await t.throwsAsync(first), unwanted);
	// The slot is free again.
	t.is((await all(generateOver(new FakeApi([BEGUN, END]), slots, request, undefined))).length, 1);
});

test("generateOver() tells tokens and chances of what has passed, until a stop text", async (t) => {
	const chance = (token: string) => ({ token, logprob: -1, bytes: [], top: [] });
	const piece = (text: string, token: number): CompletionEvent => ({
		...{ type: "text", text, sampled: token, tokens: [token], logprobs: [chance(text)] },
	});
	const api = new FakeApi([piece("a", 1), piece("b", 2), piece("c", 3), piece("de", 4), piece("f!", 5), END]);
	const request = checkRequest("a", { logprobs: 0, stop: ["bx", "f!"] });
	const events = await all(generateOver(api, makeSlots(1), request, undefined));
	t.deepEqual(events.slice(0, 3), [
		{ type: "token", text: "a", tokens: [1], logprobs: [chance("a")] },
		{ type: "token", text: "bc", tokens: [2, 3], logprobs: [chance("b"), chance("c")] },
		{ type: "token", text: "de", tokens: [4], logprobs: [chance("de")] },
	]);
	t.like(events.at(-1), { type: "done", stopText: "f!", logprobs: ["a", "b", "c", "de"].map(chance) });
});

test("generateOver() passes thoughts on apart, and what else the end says", async (t) => {
	const calls = [{ id: "1", type: "function", function: { name: "f", arguments: "{}" } }];
	const chance = { token: "a", logprob: -1, bytes: [97], top: [] };
	const api = new FakeApi([
		{ type: "reasoning", text: "hm", sampled: 1 },
		{ type: "text", text: "a", sampled: 2, logprobs: [chance] },
		{ type: "end", finishReason: "tool_calls", toolCalls: calls, model: "m", usage: USAGE },
	]);
	const events = await all(generateOver(api, makeSlots(1), checkRequest("a", { logprobs: 0 }), undefined));
	t.deepEqual(events.slice(0, 2), [
		{ type: "reasoning", reasoning: "hm" },
		{ type: "token", text: "a", logprobs: [chance] },
	]);
	t.like(events.at(-1), {
		...{ type: "done", fullText: "a", reasoning: "hm", toolCalls: calls },
		...{ model: "m", logprobs: [chance], finishReason: "tool_calls" },
	});
});
