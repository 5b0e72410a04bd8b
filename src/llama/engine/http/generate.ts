import { EngineError } from "../../errors.ts";
import type { DoneEvent, GenerateEvent, Usage } from "../engine.ts";
import type { CheckedRequest } from "../request.ts";
import type { SequencePool } from "../sequence-pool.ts";
import { StopFilter } from "../stop-filter.ts";
import type { CompletionApi } from "./completion-api.ts";
import { type ServerSlot, textOf } from "./server-slot.ts";

/** Runs one request on a server, in one of its slots. Rejects with the signal's reason on an abort. */
export async function* generateOver(
	api: CompletionApi,
	slots: SequencePool<ServerSlot, string>,
	request: CheckedRequest,
	signal: AbortSignal | undefined,
): AsyncGenerator<GenerateEvent, void, undefined> {
	const start = performance.now();
	const since = () => performance.now() - start;
	// Whatever ends this request ends it on the server, too.
	const left = new AbortController();
	const either = signal === undefined ? left.signal : AbortSignal.any([signal, left.signal]);
	const prompt = textOf(request.prompt);
	const slot = await slots.acquire(prompt, either);
	let text = "";
	try {
		const filter = new StopFilter(api.stops ? [] : request.stop);
		let usage: Usage = { promptTokens: 0, cachedTokens: 0, completionTokens: 0 };
		let queueMs: number | undefined;
		let ttftMs: number | undefined;
		const done = (finishReason: DoneEvent["finishReason"]): DoneEvent => {
			const totalMs = since();
			const timings = { queueMs: queueMs ?? 0, ttftMs: ttftMs ?? totalMs, totalMs };
			return { type: "done", fullText: text, finishReason, usage, timings };
		};
		for await (const event of api.complete(request, either, slot.id)) {
			queueMs ??= since();
			if (event.type === "begun") {
				usage = { ...event, completionTokens: 0 };
				continue;
			}
			if (event.type === "text") {
				ttftMs ??= since();
				usage = { ...usage, completionTokens: event.sampled };
			} else {
				usage = event.usage;
			}
			const passed = event.type === "text" ? filter.push(event.text) : filter.flush();
			if (passed !== "") {
				text += passed;
				yield { type: "token", text: passed };
				signal?.throwIfAborted();
			}
			if (filter.stopped) return yield done("stop");
			if (event.type === "end") return yield done(event.finishReason);
		}
		throw new EngineError("ERR_GENERATE", "Cannot finish a request: the server ended its answer too early");
	} catch (error) {
		signal?.throwIfAborted();
		throw error;
	} finally {
		left.abort();
		slot.holds(prompt + text);
		slots.release(slot);
	}
}
