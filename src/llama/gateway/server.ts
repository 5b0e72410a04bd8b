import type { RankStatistics } from "../measure/recorder.ts";
import { Gateway } from "./core/gateway.ts";
import { watchedBy } from "./core/watch.ts";
import { requestDefaults } from "./defaults.ts";
import { type HttpServer, listen } from "./http/server.ts";
import { AccessLog } from "./log/access-log.ts";
import type { ServeOptions } from "./options.ts";
import type { RouteContext, Served } from "./routes/context.ts";
import { Patience } from "./routes/patience.ts";
import { modelRoutes } from "./routes/routes.ts";
import { storageRoutes } from "./routes/storage.ts";
import { Storage } from "./files/storage.ts";

/** What goes into a server besides its options. */
export interface ServerParts {
	/** Who may ask; none: everybody who can reach it. */
	readonly keys: readonly string[];
	/** Takes a line for the operator. */
	readonly print: (line: string) => void;
}

/** Rank 0's side: an HTTP server and the gateway behind it. It answers at once, also while engines load. */
export class Server {
	readonly gateway: Gateway;
	readonly #options: ServeOptions;
	readonly #storage: Storage | undefined;
	readonly #http: HttpServer;
	#served: Served | undefined;

	private constructor(
		options: ServeOptions,
		parts: { readonly gateway: Gateway; readonly storage: Storage | undefined; readonly http: HttpServer },
	) {
		this.#options = options;
		this.gateway = parts.gateway;
		this.#storage = parts.storage;
		this.#http = parts.http;
	}

	/**
	 * Listens.
	 *
	 * @throws {JobError} the port, the address or the folder of data cannot be used.
	 */
	static async open(options: ServeOptions, { keys, print }: ServerParts): Promise<Server> {
		const { port = 8090, host = "127.0.0.1", cors, bodyLimit, dataDir } = options;
		const { policy, maxQueue, maxQueueTokens } = options;
		const onError = (error: unknown) => print(`tsmpi: bug: ${error instanceof Error ? error.stack : error}`);
		const log = options.log === undefined ? undefined : new AccessLog(options.log, print);
		const watch = watchedBy(...(log === undefined ? [] : [log]));
		const gateway = new Gateway({ policy, maxQueue, maxQueueTokens, watch, onError });
		let served: () => Served | undefined = () => undefined;
		const defaults = requestDefaults(options);
		const model = () => served()?.model.names[0] ?? "";
		const storage =
			dataDir === undefined ? undefined : await Storage.open(dataDir, { gateway, defaults, model, onError });
		const context = contextOf(options, { gateway, defaults, served: () => served() });
		const http = await listen({
			...{ port, host, keys, cors, bodyLimit, onError },
			routes: [...modelRoutes(context), ...storageRoutes(storage)],
			onFinish: (exchange, end) => log?.finished(exchange, end),
		}).catch(async (error: unknown) => {
			await storage?.close();
			throw error;
		});
		const server = new Server(options, { gateway, storage, http });
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
		this.#storage?.begin();
	}

	/** Takes nothing new, lets what runs go on for a while, and ends the rest with an error. */
	async drain(): Promise<void> {
		const { drainTimeout = 30, drainQueue = false } = this.#options;
		this.#http.stopAccepting();
		let timer: ReturnType<typeof setTimeout> | undefined;
		const late = new Promise<void>((resolve) => {
			timer = setTimeout(resolve, drainTimeout * 1000);
		});
		const idle = this.gateway.drain({ queued: drainQueue ? "run" : "fail" });
		await this.#storage?.close();
		await Promise.race([idle, late]);
		clearTimeout(timer);
	}

	/** Ends all that is left, the ranks' work too. */
	async close(): Promise<Map<number, RankStatistics | undefined>> {
		await this.#storage?.close();
		const statistics = await this.gateway.close();
		await this.#http.close();
		return statistics;
	}
}

function contextOf(
	{ strictModel = false, requestTimeout, drainTimeout = 30 }: ServeOptions,
	parts: Pick<RouteContext, "gateway" | "defaults" | "served">,
): RouteContext {
	return {
		...parts,
		...{ strictModel, patience: new Patience(), drainSeconds: Math.max(1, Math.ceil(drainTimeout)) },
		requestTimeoutMs: requestTimeout === undefined ? undefined : requestTimeout * 1000,
	};
}
