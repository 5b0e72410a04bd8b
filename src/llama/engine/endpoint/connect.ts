import { integerFrom, type Kinds, NUMBER, numberFrom, TEXT } from "../../../base/check-types.ts";
import { EngineError } from "../../errors.ts";
import { requestJson, StatusError, type Target } from "../http/client.ts";
import type { CompletionApi } from "../http/completion-api.ts";
import { NativeApi } from "../http/native-api.ts";
import { LlamaApi } from "../http/openai-form/llama-api.ts";
import { OpenAiApi, type ServedModels } from "../http/openai-form/openai-api.ts";
import { RETRIES, type RetryOptions, retriesAfter, withRetries } from "../http/retry.ts";
import type { ServerProperties } from "../http/server-properties.ts";
import { endpointError } from "./retrying-api.ts";

/** Which server to use, and how. */
export interface EndpointOptions {
	/**
	 * URL of a server that already runs: of llama.cpp's, or of one with OpenAI's API; with or without "/v1", or that of
	 * `/completion`, `/completions` or `/chat/completions` itself.
	 */
	readonly endpoint: string;
	/** Sent as a bearer token. @default none */
	readonly apiKey?: string | undefined;
	/** Name of the model, for servers that have several. @default the first that the server names */
	readonly model?: string | undefined;
	/** Requests that run at the same time, from 1 up. @default 4 */
	readonly slots?: number | undefined;
	/** Further attempts of a request after a failure that may pass. @default 5 */
	readonly retries?: number | undefined;
	/** Milliseconds before the first further attempt; before each one after it twice as long, unless the server asks for more. @default 500 */
	readonly backoffMs?: number | undefined;
	/** Longest wait for a server to say what it is, in milliseconds. @default 10000 */
	readonly answerMs?: number | undefined;
}

/** What `connectEndpoint` takes. The number of slots has its range checked by `positive`. */
export const ENDPOINT_OPTIONS: Kinds<EndpointOptions> = {
	endpoint: TEXT,
	apiKey: TEXT,
	model: TEXT,
	slots: NUMBER,
	retries: integerFrom(0),
	backoffMs: numberFrom(0),
	answerMs: integerFrom(1),
};

/** A server that has answered, and how to talk to it. */
export interface Connection {
	readonly api: CompletionApi;
	readonly model: string;
	readonly version?: string;
	/** Tokens of each request, if the server tells. */
	readonly contextSize?: number;
	/** Whether the model has a chat template of its own, if the server tells. */
	readonly chatTemplate?: boolean;
}

const ANSWER_MS = 10_000;

/** Further attempts while nothing listens: an address that is wrong is not worth a longer wait. */
const FIRST_RETRIES = 2;

/** Statuses that mean "no such route", not "busy". */
const NO_SUCH_ROUTE = new Set([400, 404, 405, 501]);

/**
 * Finds out what an endpoint is: llama.cpp's own API says more than OpenAI's, so it is preferred where both are there.
 *
 * @throws {EngineError} the URL cannot be used, or nothing answers there.
 */
export async function connect(options: EndpointOptions): Promise<Connection> {
	const url = endpointUrl(options.endpoint);
	const whole = url.href.replace(/\/+$/, "");
	const target = (base: string): Target => ({ base, apiKey: options.apiKey });
	const retry: RetryOptions = {
		retries: options.retries ?? RETRIES.retries,
		backoffMs: options.backoffMs ?? RETRIES.backoffMs,
		unanswered: FIRST_RETRIES,
	};
	try {
		const openAi = /^(.*?)\/(?:chat\/)?completions$/.exec(whole)?.[1];
		if (openAi !== undefined) return await connectOpenAi(target(openAi), options, retry);
		const native = /^(.*)\/completion$/.exec(whole)?.[1];
		const base = native ?? whole.replace(/\/v1$/, "");
		const properties = await propertiesOf(target(base), options, retry);
		if (properties !== undefined) return await connectLlama(target(base), properties, options, retry);
		if (native !== undefined) return { api: new NativeApi(target(base), {}), model: whole };
		const versioned = /\/v\d+\w*$/.test(whole) ? whole : `${whole}/v1`;
		return await connectOpenAi(target(versioned), options, retry);
	} catch (error) {
		throw endpointError(options.endpoint, error, retriesAfter(error, retry) + 1);
	}
}

async function connectLlama(
	target: Target,
	properties: ServerProperties,
	options: EndpointOptions,
	retry: RetryOptions,
): Promise<Connection> {
	const { chat_template: chatTemplate, build_info: build } = properties;
	const { n_ctx: contextSize } = properties.default_generation_settings ?? {};
	const models = await modelsOf({ ...target, base: `${target.base}/v1` }, options, retry);
	return {
		api: new LlamaApi(target, properties, { contextSize, models }),
		model: properties.model_path ?? target.base,
		...(build === undefined ? {} : { version: `llama.cpp ${build}` }),
		...(contextSize === undefined ? {} : { contextSize }),
		...(chatTemplate === undefined ? {} : { chatTemplate: chatTemplate !== "" }),
	};
}

/** What llama.cpp's server says about itself; undefined if this is none. */
async function propertiesOf(
	target: Target,
	options: EndpointOptions,
	retry: RetryOptions,
): Promise<ServerProperties | undefined> {
	try {
		const answer = await withRetries(() => ask(target, "/props", options), retry);
		const isLlama = typeof answer === "object" && answer !== null && "default_generation_settings" in answer;
		return isLlama ? (answer as ServerProperties) : undefined;
	} catch (error) {
		if (error instanceof StatusError && NO_SUCH_ROUTE.has(error.status)) return undefined;
		throw error;
	}
}

async function connectOpenAi(
	target: Target,
	options: EndpointOptions,
	retry: RetryOptions,
): Promise<Connection> {
	const models = await modelsOf(target, options, retry);
	const { chosen, listed = [], contextSize } = models;
	return {
		api: new OpenAiApi({ ...target, keepAlive: models.dialect !== "llama.cpp" }, models),
		model: chosen ?? listed[0] ?? target.base,
		...(contextSize === undefined ? {} : { contextSize }),
	};
}

/** A model as `/models` lists it. */
interface ListedModel {
	readonly id?: string;
	readonly max_model_len?: number;
	readonly owned_by?: string;
}

async function modelsOf(
	target: Target,
	options: EndpointOptions,
	retry: RetryOptions,
): Promise<ServedModels> {
	const { model: chosen } = options;
	try {
		const answer = await withRetries(() => ask(target, "/models", options), retry);
		const { data } = (answer ?? {}) as { data?: readonly ListedModel[] };
		const found = data?.find(({ id }) => chosen === undefined || id === chosen);
		return {
			chosen,
			listed: data?.flatMap(({ id }) => id ?? []),
			contextSize: found?.max_model_len,
			...(found?.owned_by === "llamacpp" ? { dialect: "llama.cpp" as const } : {}),
		};
	} catch (error) {
		// Not every server lists its models.
		if (error instanceof StatusError && NO_SUCH_ROUTE.has(error.status)) return { chosen };
		throw error;
	}
}

/** Asks a server about itself, for a bounded time: one that takes the connection and never answers must not hold a job up. */
async function ask(
	target: Target,
	path: string,
	{ endpoint, answerMs = ANSWER_MS }: EndpointOptions,
): Promise<unknown> {
	const signal = AbortSignal.timeout(answerMs);
	try {
		return await requestJson(target, path, { signal });
	} catch (error) {
		if (!signal.aborted) throw error;
		throw new EngineError(
			"ERR_ENDPOINT",
			`Cannot reach the endpoint ${endpoint}: it takes connections, but has not answered within ${answerMs / 1000} s`,
		);
	}
}

/** @throws {EngineError} the text is no URL of a server. */
export function endpointUrl(text: string): URL {
	const url = URL.canParse(text) ? new URL(text) : undefined;
	if (url !== undefined && /^https?:$/.test(url.protocol)) return url;
	throw new EngineError(
		"ERR_ENDPOINT",
		`Cannot use the endpoint ${text}: it takes a URL like http://127.0.0.1:8080 or https://host/v1`,
	);
}
