/** The paths of OpenAI's API that can be asked for. */
export const REQUEST_KINDS = [
	"/v1/chat/completions",
	"/v1/completions",
	"/v1/embeddings",
	"/v1/responses",
] as const;

/** What a request asks for, as a path of OpenAI's API: it decides the form of the body and of the answer. */
export type RequestKind = (typeof REQUEST_KINDS)[number];

/** llama.cpp's own form of a completion, which a gateway answers too. */
export const NATIVE = "/completion";

/** llama.cpp's own form of embeddings. */
export const NATIVE_EMBEDDING = "/embedding";

/** What a gateway can be asked for. */
export type GatewayKind = RequestKind | typeof NATIVE | typeof NATIVE_EMBEDDING;
