import type { RankStatistics } from "../measure/recorder.ts";
import { Gateway } from "./core/gateway.ts";
import type { CallWatch } from "./core/watch.ts";
import { requestDefaults } from "./defaults.ts";
import { type HttpServer, listen } from "./http/server.ts";
import type { ServeOptions } from "./options.ts";
import type { Served } from "./routes/context.ts";
import { Patience } from "./routes/patience.ts";
import { modelRoutes } from "./routes/routes.ts";

/** What goes into a server besides its options. */
export interface ServerParts {
	/** Who may ask; none: everybody who can reach it. */
	readonly keys: readonly string[];
	readonly watch: CallWatch;
	/** Hears of bugs. */
	readonly onError: (error: unknown) => void;
}

/** Rank 0's side: an HTTP server and the gateway behind it. It answers at once, also while engines load. */
export class Server {
	readonly gateway: Gateway;
	readonly #http: HttpServer;
	readonly #drainMs: number;
	readonly #drainQueue: boolean;
	#served: Served | undefined;

	private constructor(gateway: Gateway, http: HttpServer, { drainTimeout = 30, drainQueue = false }: ServeOptions) {
		this.gateway = gateway;
		this.#http = http;
		this.#drainMs = drainTimeout * 1000;
		this.#drainQueue = drainQueue;
	}

	/**
	 * Listens.
	 *
	 * @throws {JobError} the port or the address cannot be used.
	 */
	static async open(options: ServeOptions, { keys, watch, onError }: ServerParts): Promise<Server> {
		const { port = 8090, host = "127.0.0.1", cors, bodyLimit, requestTimeout, drainTimeout = 30 } = options;
		const { policy = "prefix", maxQueue, maxQueueTokens, strictModel = false } = options;
		const gateway = new Gateway({ policy, maxQueue, maxQueueTokens, watch, onError });
		let served: () => Served | undefined = () => undefined;
		const routes = modelRoutes({
			...{ gateway, served: () => served(), defaults: requestDefaults(options), strictModel },
			...{ patience: new Patience(), drainSeconds: Math.max(1, Math.ceil(drainTimeout)) },
			requestTimeoutMs: requestTimeout === undefined ? undefined : requestTimeout * 1000,
		});
		const http = await listen({ port, host, keys, cors, bodyLimit, routes, onError });
		const server = new Server(gateway, http, options);
		served = () => server.#served;
		return server;
	}

	/** Where it listens. */
	get url(): string {
		return this.#http.url;
	}

	/** The model is loaded: from now on requests are answered. */
	serve(served: Served): void {
		this.#served = served;
	}

	/** Takes nothing new, lets what runs go on for a while, and ends the rest with an error. */
	async drain(): Promise<void> {
		this.#http.stopAccepting();
		let timer: ReturnType<typeof setTimeout> | undefined;
		const late = new Promise<void>((resolve) => {
			timer = setTimeout(resolve, this.#drainMs);
		});
		await Promise.race([this.gateway.drain({ queued: this.#drainQueue ? "run" : "fail" }), late]);
		clearTimeout(timer);
	}

	/** Ends all that is left, the ranks' work too. */
	async close(): Promise<Map<number, RankStatistics | undefined>> {
		const statistics = await this.gateway.close();
		await this.#http.close();
		return statistics;
	}
}
