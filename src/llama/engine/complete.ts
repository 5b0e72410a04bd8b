import { checkArgument } from "../../base/check-types.ts";
import { EngineError } from "../errors.ts";
import { checkEmbed, checkGenerate, ENGINE } from "./check.ts";
import type { Completion, DoneEvent, EmbedOptions, Engine, GenerateOptions } from "./engine.ts";
import type { Prompt } from "./prompt.ts";

/**
 * Runs one request to its end.
 *
 * @param engine What `startEngine`, `startEngines` or `connectEndpoint` gave.
 * @returns all the text, and what the request took.
 * @throws {EngineError} what `engine.generate` throws; ERR_GENERATE if it ends without a result.
 * @throws {ArgumentError} ERR_ARG: an option is unknown, or a value has the wrong type.
 */
export async function complete(
	engine: Engine,
	prompt: Prompt,
	options?: GenerateOptions,
): Promise<Completion> {
	checkArgument("run a request", "engine", engine, ENGINE);
	checkGenerate(prompt, options);
	for await (const event of engine.generate(prompt, options)) {
		if (event.type === "done") return completionOf(event);
	}
	throw noResult();
}

/** The error of an engine that ended a request without its "done" event. */
export function noResult(): EngineError {
	return new EngineError("ERR_GENERATE", "The engine ended a request without a result");
}

/** A request's last event as what became of the request. */
export function completionOf({ type, fullText, ...rest }: DoneEvent): Completion {
	return { text: fullText, ...rest };
}

/**
 * The embedding of one text, as `Engine.embed` gives it.
 *
 * @throws what `Engine.embed` throws.
 */
export async function embedOne(
	engine: Pick<Engine, "embedMany">,
	text: string | readonly number[],
	options?: EmbedOptions,
): Promise<Float32Array> {
	checkEmbed(text, options);
	const [vector] = await engine.embedMany([text], options);
	if (vector === undefined) throw noResult();
	return vector;
}

/** The text of a request in pieces, as `Engine.stream` gives it. */
export async function* textPieces(
	engine: Pick<Engine, "generate">,
	prompt: Prompt,
	options?: GenerateOptions,
): AsyncGenerator<string, void, undefined> {
	for await (const event of engine.generate(prompt, options)) {
		if (event.type === "token") yield event.text;
	}
}
