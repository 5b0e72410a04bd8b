import { randomBytes } from "node:crypto";
import type { IncomingMessage, ServerResponse } from "node:http";
import { corsHeaders, isForeign, preflightHeaders } from "./cors.ts";
import { HttpError } from "./http-error.ts";
import { HttpExchange } from "./http-exchange.ts";
import { KeyCheck } from "./key-check.ts";
import { type HttpServerOptions, LIMITS, type Route, TIMES } from "./options.ts";
import { checkBody } from "./request-body.ts";
import { type Match, Router } from "./router.ts";

/** What a client expects before it sends its body. */
export type Expectation = "100-continue" | "unknown";

/** A request that has come, and where it wants to go. */
export interface Visit {
	readonly exchange: HttpExchange;
	readonly match: Match | undefined;
	readonly bodyLimit: number;
	readonly expectation: Expectation | undefined;
}

/** Leads requests to their routes, or refuses them. */
export class Reception {
	readonly #options: HttpServerOptions;
	readonly #router: Router;
	readonly #keys: KeyCheck | undefined;
	readonly #idPrefix = randomBytes(6).toString("hex");
	#ids = 0;
	readonly #corsHeaders: readonly (readonly [name: string, value: string])[];
	readonly #now: () => number;

	constructor(options: HttpServerOptions, now: () => number) {
		const { routes, keys = [], cors } = options;
		this.#options = options;
		this.#now = now;
		this.#router = new Router(routes);
		this.#keys = keys.length > 0 ? new KeyCheck(keys) : undefined;
		this.#corsHeaders = cors === undefined ? [] : Object.entries(corsHeaders(cors));
	}

	begin(request: IncomingMessage, response: ServerResponse, expectation: Expectation | undefined): Visit {
		const path = pathOf(request.url ?? "");
		const match = this.#router.match(request.method ?? "", path);
		const bodyLimit = match?.route?.bodyLimit ?? this.#options.bodyLimit ?? LIMITS.body;
		const exchange = new HttpExchange(request, response, {
			id: this.#idOf(request.headers["x-request-id"]),
			route: match?.path ?? "other",
			...{ path, params: match?.params ?? {}, arrivedMs: this.#now(), bodyLimit },
			lingerMs: this.#options.times?.linger ?? TIMES.linger,
			waitsToSend: expectation !== undefined,
		});
		for (const [name, value] of this.#corsHeaders) exchange.setHeader(name, value);
		return { exchange, match, bodyLimit, expectation };
	}

	/** Has the request answered, and answers itself whatever goes wrong. */
	async answer(visit: Visit): Promise<void> {
		const { exchange } = visit;
		try {
			if (exchange.method === "OPTIONS" && this.#options.cors !== undefined) {
				exchange.replyEmpty(204, preflightHeaders(exchange.headers));
				return;
			}
			await this.#admitted(visit).handle(exchange);
		} catch (error) {
			if (error instanceof HttpError) return exchange.fail(error);
			// Where the client has left, what came of that is no error.
			if (!exchange.gone) this.#options.onError?.(error, exchange);
			exchange.fail(new HttpError(500, { message: "The server failed to answer; its log has more" }));
		}
	}

	/** What the client calls the request if that can stand in a log, else a name of our own. */
	#idOf(given: string | string[] | undefined): string {
		if (typeof given === "string" && /^[\x21-\x7e]{1,64}$/.test(given)) return given;
		this.#ids += 1;
		return `${this.#idPrefix}-${this.#ids}`;
	}

	/** The route of a request that may have it. */
	#admitted({ exchange, match, bodyLimit, expectation }: Visit): Route {
		const { request } = exchange;
		if (request.headers.host === undefined && request.httpVersionMinor > 0) {
			throw new HttpError(400, { message: "The request has no Host header" });
		}
		this.#checkKey(request, match);
		if (match === undefined) throw new HttpError(404, { message: "File Not Found", code: 404 });
		const { route, methods } = match;
		if (route === undefined) {
			const allow = methods.join(", ");
			const message = `Cannot ${request.method} ${match.path}: it has ${allow}`;
			throw new HttpError(405, { message, code: "method_not_allowed", headers: { allow } });
		}
		if (expectation === "unknown") {
			throw new HttpError(417, { message: "Cannot do what the Expect header asks: only 100-continue" });
		}
		checkBody(request, bodyLimit);
		return route;
	}

	#checkKey({ method, headers }: IncomingMessage, match: Match | undefined): void {
		if (match?.open) return;
		const shown = this.#keys?.shown(headers);
		if (this.#keys !== undefined && shown === undefined) {
			const given = headers.authorization ?? headers["x-api-key"];
			throw new HttpError(401, {
				message: given === undefined ? "An API key is needed" : "The API key is not valid here",
				code: "invalid_api_key",
				headers: { "www-authenticate": match?.asks ? 'Basic realm="tsmpi"' : "Bearer" },
			});
		}
		const changes = method !== "GET" && method !== "HEAD";
		if (changes && shown !== "given" && isForeign(headers, this.#options.cors)) {
			throw new HttpError(403, {
				message: "Pages of other origins may not use this server: --cors ORIGIN lets them",
			});
		}
	}
}

/** The path of a request's target, which proxies send as a whole URL. */
function pathOf(target: string): string {
	return target.replace(/[?#].*$/s, "").replace(/^https?:\/\/[^/]*/i, "");
}
