import type { ServingMetrics } from "../../metrics/serving.ts";
import type { Defaults } from "../../openai/task.ts";
import type { Gateway } from "../core/gateway.ts";
import type { Served } from "../core/served.ts";
import type { ExchangeTraces } from "../trace/exchange-traces.ts";
import type { Patience } from "./patience.ts";

/** What all routes go by. */
export interface RouteContext {
	readonly gateway: Gateway;
	/** Undefined while engines load. */
	readonly served: () => Served | undefined;
	/** What a request is taken for where it does not say; the seed is another one each time. */
	readonly defaults: () => Defaults;
	/** Requests must name the model that is served. */
	readonly strictModel: boolean;
	/** Most milliseconds that a request may take; undefined is no limit. */
	readonly requestTimeoutMs: number | undefined;
	/** Undefined while engines load. */
	readonly metrics: () => ServingMetrics | undefined;
	/** The traces of requests. */
	readonly traces: Pick<ExchangeTraces, "of">;
	/** Streams that have not begun. */
	readonly patience: Patience;
	/** How long clients of a server that drains are told to wait. */
	readonly drainSeconds: number;
}
