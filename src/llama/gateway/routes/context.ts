import type { Engine, EngineInfo } from "../../engine/engine.ts";
import type { ServingMetrics } from "../../metrics/serving.ts";
import type { ModelFacts } from "../../model/gguf/validate.ts";
import type { Defaults } from "../../openai/task.ts";
import type { Gateway } from "../core/gateway.ts";
import type { ExchangeTraces } from "../trace/exchange-traces.ts";
import type { Patience } from "./patience.ts";

/** The model that is served, and what it is called. */
export interface ServedModel {
	/** Its name in answers; the first is the one that answers have, any of them may be asked for. */
	readonly names: readonly [string, ...string[]];
	/** When it was loaded, in seconds since 1970. */
	readonly created: number;
	/** What its file says; undefined of an endpoint's. */
	readonly facts?: ModelFacts | undefined;
}

/** A rank, as clients may know it. */
export interface ServedRank {
	readonly hostname: string;
	readonly engine: EngineInfo;
	readonly slots: number;
}

/** What is there once engines have loaded. */
export interface Served {
	/** Rank 0's engine: it answers what takes no slot. */
	readonly engine: Engine;
	readonly model: ServedModel;
	readonly ranks: readonly ServedRank[];
}

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
