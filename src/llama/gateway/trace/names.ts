/**
 * What spans and their attributes are called. The names of HTTP are stable; those of generative AI are "Development"
 * in OpenTelemetry's conventions and no stable package has them, so they stand here and nowhere else.
 */

/** Of the instrumentation. */
export const SCOPE = "tsmpi";

export const HTTP = {
	method: "http.request.method",
	status: "http.response.status_code",
	route: "http.route",
	path: "url.path",
	scheme: "url.scheme",
	server: "server.address",
	port: "server.port",
	client: "client.address",
	userAgent: "user_agent.original",
	version: "network.protocol.version",
} as const;

export const GEN_AI = {
	operation: "gen_ai.operation.name",
	provider: "gen_ai.provider.name",
	requestModel: "gen_ai.request.model",
	maxTokens: "gen_ai.request.max_tokens",
	temperature: "gen_ai.request.temperature",
	topP: "gen_ai.request.top_p",
	topK: "gen_ai.request.top_k",
	seed: "gen_ai.request.seed",
	stop: "gen_ai.request.stop_sequences",
	frequencyPenalty: "gen_ai.request.frequency_penalty",
	presencePenalty: "gen_ai.request.presence_penalty",
	choices: "gen_ai.request.choice.count",
	stream: "gen_ai.request.stream",
	outputType: "gen_ai.output.type",
	responseModel: "gen_ai.response.model",
	responseId: "gen_ai.response.id",
	finishReasons: "gen_ai.response.finish_reasons",
	timeToFirstChunk: "gen_ai.response.time_to_first_chunk",
	inputTokens: "gen_ai.usage.input_tokens",
	outputTokens: "gen_ai.usage.output_tokens",
	cachedTokens: "gen_ai.usage.cache_read.input_tokens",
	inputMessages: "gen_ai.input.messages",
	outputMessages: "gen_ai.output.messages",
} as const;

export const OWN = {
	requestId: "tsmpi.request.id",
	rank: "tsmpi.rank",
	/** From 1. */
	attempt: "tsmpi.attempt",
	/** How often a text went on on another rank. */
	continued: "tsmpi.continued",
} as const;

export const ERROR_TYPE = "error.type";

/** The engines' kind: conventions allow a name of one's own. */
export const PROVIDER = "llama.cpp";
