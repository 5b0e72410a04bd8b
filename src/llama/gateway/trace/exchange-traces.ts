import type { Exchange, Finish } from "../http/exchange.ts";
import type { RequestTrace } from "./request-trace.ts";
import type { Tracing } from "./tracing.ts";

/** What is asked every few seconds, by machines: traces of it would bury the others. */
const UNTRACED: ReadonlySet<string> = new Set(["/health", "/v1/health", "/metrics"]);

/** The traces of HTTP exchanges, from their beginning to their end. */
export class ExchangeTraces {
	readonly #tracing: Tracing;
	readonly #traces = new WeakMap<Exchange, RequestTrace>();

	constructor(tracing: Tracing) {
		this.#tracing = tracing;
	}

	/** The trace of an exchange, if it has one. */
	of(exchange: Exchange): RequestTrace | undefined {
		return this.#traces.get(exchange);
	}

	/** A request has come. Its answer tells the client where to find it. */
	readonly arrived = (exchange: Exchange): void => {
		if (UNTRACED.has(exchange.route)) return;
		const trace = this.#tracing.request(exchange);
		if (trace === undefined) return;
		this.#traces.set(exchange, trace);
		exchange.setHeader("traceparent", trace.traceparent);
	};

	/** It is over. A client that left while it was answered is no error of the server's. */
	finished(exchange: Exchange, { status, broken }: Finish): void {
		this.of(exchange)?.finish(broken === "left" ? 499 : status, broken);
	}
}
