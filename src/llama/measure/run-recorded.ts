import { completionOf, noResult } from "../engine/complete.ts";
import type { Completion, Engine, GenerateOptions, ReasoningEvent, TokenEvent } from "../engine/engine.ts";
import type { Prompt } from "../engine/prompt.ts";
import { failureOf } from "../openai/failure.ts";
import type { Recorder, RequestRecord } from "./recorder.ts";

/** Which request of a job this is, and when it was to start, if that was not now. */
export interface RequestLabel {
	/** Tells the request from others in a timeline. */
	readonly index: number;
	/** On rank 0's `performance.now()`, if the recorder knows how far it is off; else on this process's. */
	readonly dueMs?: number | undefined;
}

/** Options of a request whose pieces may be wanted. */
export interface GenerateRecordedOptions extends GenerateOptions {
	/** Called with each piece of thoughts or text as it is generated. */
	readonly onPiece?: ((event: TokenEvent | ReasoningEvent) => void) | undefined;
}

/**
 * Runs one request to its end and notes in its record when each piece came. How it ended is left to the caller.
 *
 * @throws what the engine throws; {EngineError} ERR_GENERATE if it ends without a result.
 */
export async function generateRecorded(
	record: Pick<RequestRecord, "piece">,
	engine: Engine,
	prompt: Prompt,
	{ onPiece, ...options }: GenerateRecordedOptions,
): Promise<Completion> {
	for await (const event of engine.generate(prompt, options)) {
		if (event.type === "done") return completionOf(event);
		record.piece();
		onPiece?.(event);
	}
	throw noResult();
}

/**
 * Runs one request to its end, as `complete` does, and tells a recorder all about it.
 *
 * @throws what the engine throws, once it is recorded.
 */
export async function runRecorded(
	recorder: Recorder,
	engine: Engine,
	prompt: Prompt,
	options: GenerateOptions,
	label: RequestLabel,
): Promise<Completion> {
	const record = recorder.begin(label);
	try {
		const done = await generateRecorded(record, engine, prompt, options);
		record.succeeded(done.usage, done.timings, [done]);
		return done;
	} catch (error) {
		record.failed(failureOf(error));
		throw error;
	}
}
