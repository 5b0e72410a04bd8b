import { endpointUrl } from "../engine/endpoint/connect.ts";
import type { EngineInfo } from "../engine/engine.ts";
import { requestJson, StatusError } from "../engine/http/client.ts";
import type { ServerProperties } from "../engine/http/server-properties.ts";
import type { Target } from "../engine/http/target.ts";
import { EngineError, JobError, reasonOf } from "../errors.ts";
import { uniform } from "../schedule/arrivals.ts";
import { someWords } from "./workload/words.ts";

/** A server that has answered. It travels between ranks. */
export interface LoadServer {
	readonly target: Target;
	/** What the server calls its first model, or what the user does; undefined: it does not tell. */
	readonly model: string | undefined;
	/** Of llama.cpp's server. */
	readonly version?: string;
	/** Tokens of a request, if it tells. */
	readonly contextSize?: number;
	/** Words that make a token of its model; 1 if it does not tell. */
	readonly wordsPerToken: number;
}

/** How to ask it. */
export interface ServerOptions {
	readonly url: string;
	readonly model: string | undefined;
	readonly apiKey: string | undefined;
	readonly headers: Readonly<Record<string, string>>;
	/** Longest wait for an answer. @default 10000 */
	readonly answerMs?: number;
}

const ANSWER_MS = 10_000;
const SAMPLE_WORDS = 400;

/**
 * Asks a server what it is.
 *
 * @throws {JobError} the URL cannot be used (exit code 2), nobody answers there, or the server is not ready or refuses.
 */
export async function findServer(options: ServerOptions): Promise<LoadServer> {
	const { url, apiKey, headers } = options;
	const found: Target = { base: baseOf(url), apiKey, headers };
	const listed = await models(found, options);
	// llama.cpp's server closes its connections after streams, though it promises to keep them.
	const target = {
		...found,
		keepAlive: listed?.every(({ owned_by: owner }) => owner !== "llamacpp") ?? true,
	};
	const model = options.model ?? listed?.find(({ id }) => id !== undefined)?.id;
	const properties = await optional<ServerProperties>(target, "/props", options);
	const { build_info: build, default_generation_settings: settings } = properties ?? {};
	const contextSize = settings?.n_ctx ?? listed?.find(({ id }) => id === model)?.max_model_len;
	return {
		target,
		model,
		...(typeof build === "string" ? { version: `llama.cpp ${build}` } : {}),
		...(typeof contextSize === "number" ? { contextSize } : {}),
		wordsPerToken: await wordsPerToken(target, model, options),
	};
}

/** The server as a report names what ran the requests. */
export function serverInfo(
	{ target, model, version, contextSize = 0 }: LoadServer,
	note?: string,
): EngineInfo {
	return {
		...{ kind: "endpoint", device: "unknown", deviceName: new URL(target.base).host, devices: [] },
		...{ gpuLayers: 0, slots: 0, contextSize, threads: 0, model: model ?? "unknown" },
		...(version === undefined ? {} : { version }),
		...(note === undefined ? {} : { note }),
	};
}

/** Without "/v1", which belongs to the paths, and without a route. */
function baseOf(text: string): string {
	const { origin, pathname, username } = urlOf(text);
	if (username !== "") {
		throw new JobError(
			"Cannot use --url with a user name: use --api-key-file, or --header 'Authorization: Basic ...'",
			2,
		);
	}
	return `${origin}${pathname}`.replace(/\/+$/, "").replace(/(?:\/v1)?(?:(?:\/chat)?\/completions)?$/, "");
}

function urlOf(text: string): URL {
	try {
		return endpointUrl(text);
	} catch (error) {
		if (!(error instanceof EngineError)) throw error;
		throw new JobError(`Cannot use --url ${text}: it takes a URL like http://127.0.0.1:8090`, 2);
	}
}

interface ListedModel {
	readonly id?: string;
	readonly max_model_len?: number;
	readonly owned_by?: string;
}

/** Undefined where a server does not list them. */
async function models(target: Target, options: ServerOptions): Promise<readonly ListedModel[] | undefined> {
	try {
		const answer = await ask(target, "/v1/models", options);
		const { data } = (answer ?? {}) as { readonly data?: readonly ListedModel[] };
		return Array.isArray(data) ? data : undefined;
	} catch (error) {
		if (error instanceof StatusError && [404, 405, 501].includes(error.status)) return undefined;
		const what =
			error instanceof StatusError ? `it answers /v1/models with ${error.message}` : reasonOf(error);
		throw new JobError(`Cannot use the server at ${options.url}: ${what}`, 1, { cause: error });
	}
}

/** By the server's own tokens, so that prompts are about as long as they were asked for. */
async function wordsPerToken(
	target: Target,
	model: string | undefined,
	options: ServerOptions,
): Promise<number> {
	const text = someWords(SAMPLE_WORDS, uniform(1));
	// llama.cpp's name of the text, and vLLM's.
	const json = { model, content: text, prompt: text, add_special: false };
	const answer = await optional<{ tokens?: unknown; count?: unknown }>(target, "/tokenize", options, json);
	const { tokens, count = Array.isArray(tokens) ? tokens.length : undefined } = answer ?? {};
	return typeof count === "number" && count > 0 ? SAMPLE_WORDS / count : 1;
}

/** What not every server has. */
async function optional<T extends object>(
	target: Target,
	path: string,
	options: ServerOptions,
	json?: unknown,
): Promise<T | undefined> {
	try {
		const answer = await ask(target, path, options, json);
		return typeof answer === "object" && answer !== null ? (answer as T) : undefined;
	} catch {
		return undefined;
	}
}

async function ask(
	target: Target,
	path: string,
	{ answerMs = ANSWER_MS }: ServerOptions,
	json?: unknown,
): Promise<unknown> {
	const signal = AbortSignal.timeout(answerMs);
	try {
		return await requestJson(target, path, { json, signal });
	} catch (error) {
		if (!signal.aborted) throw error;
		throw new Error(`it takes connections, but has not answered within ${answerMs / 1000} s`);
	}
}
