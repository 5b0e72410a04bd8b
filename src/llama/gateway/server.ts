import type { RankStatistics } from "../measure/recorder.ts";
import { ServingMetrics } from "../metrics/serving.ts";
import { Gateway } from "./core/gateway.ts";
import { metered } from "./core/metered.ts";
import type { Served } from "./core/served.ts";
import { watchedBy } from "./core/watch.ts";
import { requestDefaults } from "./defaults.ts";
import { Storage } from "./files/storage.ts";
import type { Exchange, Finish } from "./http/exchange.ts";
import { type HttpServer, listen } from "./http/server.ts";
import { AccessLog } from "./log/access-log.ts";
import { operatorLog } from "./log/operator-log.ts";
import { metricsSource } from "./metrics-source.ts";
import type { ServeOptions } from "./options.ts";
import { pageRoute } from "./page/route.ts";
import type { RouteContext } from "./routes/context.ts";
import { metricsRoute } from "./routes/metrics.ts";
import { Patience } from "./routes/patience.ts";
import { GENERATE_PATHS, modelRoutes } from "./routes/routes.ts";
import { unknownModel } from "./routes/serving.ts";
import { storageRoutes } from "./routes/storage/routes.ts";
import { ExchangeTraces } from "./trace/exchange-traces.ts";
import { startTracing } from "./trace/sdk/start-tracing.ts";
import type { Tracing } from "./trace/tracing.ts";

/** What goes into a server besides its options. */
export interface ServerParts {
	/** Who may ask; none: everybody who can reach it. */
	readonly keys: readonly string[];
	/** Takes a line for the operator. */
	readonly print: (line: string) => void;
}

interface Parts {
	readonly gateway: Gateway;
	readonly context: RouteContext;
	readonly log: AccessLog | undefined;
	readonly storage: Storage | undefined;
	readonly tracing: Tracing;
	readonly traces: ExchangeTraces;
}

/** What is known once the model is loaded. */
interface Loaded {
	served?: Served;
	metrics?: ServingMetrics;
}

/** Rank 0's side: an HTTP server and the gateway behind it. It answers at once, also while engines load. */
export class Server {
	readonly gateway: Gateway;
	readonly #options: ServeOptions;
	readonly #storage: Storage | undefined;
	readonly #tracing: Tracing;
	readonly #http: HttpServer;
	readonly #loaded: Loaded;

	private constructor(
		options: ServeOptions,
		{ gateway, storage, tracing }: Parts,
		http: HttpServer,
		loaded: Loaded,
	) {
		this.#options = options;
		this.gateway = gateway;
		this.#storage = storage;
		this.#tracing = tracing;
		this.#http = http;
		this.#loaded = loaded;
	}

	/**
	 * Listens.
	 *
	 * @throws {JobError} the port, the address, the folder of data or the place for traces cannot be used.
	 */
	static async open(options: ServeOptions, { keys, print }: ServerParts): Promise<Server> {
		const { port = 8090, host = "127.0.0.1", cors, bodyLimit } = options;
		const onError = (error: unknown) => print(`Bug: ${error instanceof Error ? error.stack : String(error)}`);
		const loaded: Loaded = {};
		const parts = await partsOf(options, loaded, { print, onError });
		const { context, log, storage, traces } = parts;
		const metrics = () => loaded.metrics;
		try {
			const http = await listen({
				...{ port, host, keys, cors, bodyLimit, onError },
				routes: [
					...modelRoutes(context),
					metricsRoute(metrics, context),
					...storageRoutes({ ...(storage === undefined ? {} : { storage }), print }),
					pageRoute(),
				],
				onArrive: traces.arrived,
				onFinish: (exchange, finish) => {
					traces.finished(exchange, finish);
					log?.finished(exchange, finish);
					countRefused(loaded.metrics, exchange, finish);
				},
			});
			return new Server(options, parts, http, loaded);
		} catch (error) {
			await storage?.close();
			throw error;
		}
	}

	/** Where it listens. */
	get url(): string {
		return this.#http.url;
	}

	/** The model is loaded: from now on requests are answered. */
	serve(served: Served): void {
		const { contextSize } = served.engine.info;
		this.#loaded.metrics = new ServingMetrics({
			model: served.model.names[0],
			ranks: served.ranks.length,
			...(contextSize > 0 ? { contextSize } : {}),
			source: metricsSource(this.gateway, () => this.#http.connections),
		});
		this.#loaded.served = served;
		this.#storage?.begin();
	}

	/** Takes nothing new, lets what runs go on for a while, and ends the rest with an error. */
	async drain(): Promise<void> {
		const { drainTimeout = 30, drainQueue = false } = this.#options;
		this.#http.stopAccepting();
		// First: what a batch has not got an answer for is the next start's.
		const stored = this.#storage?.close();
		let timer: ReturnType<typeof setTimeout> | undefined;
		const late = new Promise<void>((resolve) => {
			timer = setTimeout(resolve, drainTimeout * 1000);
		});
		const idle = this.gateway.drain({
			queued: drainQueue ? "run" : "fail",
			retryAfterMs: drainTimeout * 1000,
		});
		await stored;
		await Promise.race([idle, late]);
		clearTimeout(timer);
	}

	/** Ends all that is left, the ranks' work too. */
	async close(): Promise<Map<number, RankStatistics | undefined>> {
		await this.#storage?.close();
		const statistics = await this.gateway.close();
		await this.#http.close();
		this.#loaded.metrics?.close();
		await this.#tracing.close();
		return statistics;
	}
}

async function partsOf(
	options: ServeOptions,
	loaded: Loaded,
	{ print, onError }: { readonly print: (line: string) => void; readonly onError: (error: unknown) => void },
): Promise<Parts> {
	const {
		policy,
		maxQueue,
		maxQueueTokens,
		strictModel = false,
		requestTimeout,
		drainTimeout = 30,
	} = options;
	const log = options.log === undefined ? undefined : new AccessLog(options.log, print);
	const tracing = await startTracing({ otlp: options.otlp, tell: print });
	const traces = new ExchangeTraces(tracing);
	const watches = [
		metered(() => loaded.metrics),
		operatorLog(print),
		...(log === undefined ? [] : [log.watch]),
		tracing.watch,
	];
	const gateway = new Gateway({ policy, maxQueue, maxQueueTokens, watch: watchedBy(...watches), onError });
	const defaults = requestDefaults(options);
	const names = () => loaded.served?.model.names ?? [];
	const { dataDir } = options;
	const storage =
		dataDir === undefined
			? undefined
			: await Storage.open(dataDir, {
					...{ gateway, defaults, onError, print },
					model: () => names()[0] ?? "",
					refuseModel: (asked) => (strictModel ? unknownModel(asked, names()) : undefined),
				});
	const context: RouteContext = {
		...{ gateway, defaults, strictModel, patience: new Patience(), traces },
		served: () => loaded.served,
		metrics: () => loaded.metrics,
		requestTimeoutMs: requestTimeout === undefined ? undefined : requestTimeout * 1000,
		drainSeconds: Math.max(1, Math.ceil(drainTimeout)),
	};
	return { gateway, context, log, storage, tracing, traces };
}

/** What never became a call: no key, too large. The rest of what is refused is counted where that is decided. */
function countRefused(metrics: ServingMetrics | undefined, { route }: Exchange, { status }: Finish): void {
	if (!GENERATE_PATHS.has(route)) return;
	metrics?.arrived();
	if (status === 401) metrics?.refused("unauthorized");
	else if (status === 413) metrics?.refused("too_large");
}
