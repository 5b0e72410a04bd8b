import type { GatewayKind } from "../../openai/request/gateway-body.ts";
import type { Exchange } from "../http/exchange.ts";
import type { Route } from "../http/server.ts";
import type { RouteContext } from "./context.ts";
import { generate } from "./generate.ts";
import { health } from "./health.ts";
import { listModels, oneModel } from "./models.ts";
import { props, slots } from "./slots.ts";
import { applyTemplate, detokenize, inputTokens, tokenize } from "./tokens.ts";

type Handler = (exchange: Exchange, context: RouteContext) => void | Promise<void>;

/** What ranks run, by path. Clients of OpenAI's API with a base URL that lacks "/v1" are answered too. */
const GENERATE: readonly (readonly [paths: readonly string[], kind: GatewayKind])[] = [
	[["/v1/chat/completions", "/chat/completions"], "/v1/chat/completions"],
	[["/v1/completions"], "/v1/completions"],
	[["/v1/responses", "/responses"], "/v1/responses"],
	[["/v1/embeddings"], "/v1/embeddings"],
	[["/embedding", "/embeddings"], "/embedding"],
	// llama.cpp's own form.
	[["/completion", "/completions"], "/completion"],
];

/** Where calls come in. */
export const GENERATE_PATHS: ReadonlySet<string> = new Set(GENERATE.flatMap(([paths]) => paths));

const GET: readonly (readonly [paths: readonly string[], handler: Handler])[] = [
	[["/v1/models", "/models"], listModels],
	[["/v1/models/:id", "/models/:id"], oneModel],
	[["/slots"], slots],
	[["/props"], props],
];

const POST: readonly (readonly [paths: readonly string[], handler: Handler])[] = [
	[["/tokenize"], tokenize],
	[["/detokenize"], detokenize],
	[["/apply-template"], applyTemplate],
	[["/v1/chat/completions/input_tokens"], inputTokens],
];

/** Every route that asks for models, texts and tokens. */
export function modelRoutes(context: RouteContext): Route[] {
	const route = (method: "GET" | "POST", paths: readonly string[], handler: Handler) =>
		paths.map((path): Route => ({ method, path, handle: (exchange) => handler(exchange, context) }));
	return [
		...["/health", "/v1/health"].map(
			(path): Route => ({ method: "GET", path, open: true, handle: (exchange) => health(exchange, context) }),
		),
		...GENERATE.flatMap(([paths, kind]) =>
			route("POST", paths, (exchange) => generate(exchange, kind, context)),
		),
		...GET.flatMap(([paths, handler]) => route("GET", paths, handler)),
		...POST.flatMap(([paths, handler]) => route("POST", paths, handler)),
	];
}
