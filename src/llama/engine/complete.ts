import { checkArgument } from "../../base/check-types.ts";
import { EngineError } from "../errors.ts";
import { checkGenerate, ENGINE } from "./check.ts";
import type { DoneEvent, Engine, GenerateOptions, Prompt } from "./engine.ts";

/**
 * Runs one request to its end.
 *
 * @param engine What `startEngine`, `startEngines` or `connectEndpoint` gave.
 * @returns the request's last event, which has all the text.
 * @throws {EngineError} what `engine.generate` throws; ERR_GENERATE if it ends without a result.
 * @throws {ArgumentError} ERR_ARG: an option is unknown, or a value has the wrong type.
 */
export async function complete(
	engine: Engine,
	prompt: Prompt,
	options?: GenerateOptions,
): Promise<DoneEvent> {
	checkArgument("run a request", "engine", engine, ENGINE);
	checkGenerate(prompt, options);
	for await (const event of engine.generate(prompt, options)) {
		if (event.type === "done") return event;
	}
	throw noResult();
}

/** The error of an engine that ended a request without its "done" event. */
export function noResult(): EngineError {
	return new EngineError("ERR_GENERATE", "The engine ended a request without a result");
}
