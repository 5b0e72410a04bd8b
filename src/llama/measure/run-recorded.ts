import type { DoneEvent, Engine, GenerateOptions, Prompt } from "../engine/engine.ts";
import { reasonOf } from "../errors.ts";
import type { Recorder } from "./recorder.ts";

/** Which request of a job this is, and when it was to start, if that was not now. */
export interface RequestLabel {
	readonly index: number;
	/** On rank 0's `performance.now()`, if the recorder knows how far it is off; else on this process's. */
	readonly dueMs?: number | undefined;
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
): Promise<DoneEvent> {
	const record = recorder.begin(label);
	try {
		for await (const event of engine.generate(prompt, options)) {
			if (event.type === "token") record.piece();
			else {
				record.succeeded(event.usage, event.timings);
				return event;
			}
		}
		throw new Error("The engine ended a request without a result");
	} catch (error) {
		record.failed(reasonOf(error));
		throw error;
	}
}
