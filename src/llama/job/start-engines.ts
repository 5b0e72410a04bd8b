import {
	checkArgument,
	checkOptions,
	integerFrom,
	type Kinds,
	listOf,
	MPI,
	oneOf,
	TEXT,
} from "../../base/check-types.ts";
import { ArgumentError } from "../../base/errors.ts";
import type { Comm, Mpi } from "../../index.ts";
import { DeadlineEngine } from "../engine/deadline.ts";
import type { Engine } from "../engine/engine.ts";
import { dropPreparedHost } from "../engine/node-llama-cpp/prepared-host.ts";
import { RestartingEngine } from "../engine/restarting.ts";
import { START_ENGINE_OPTIONS, type StartEngineOptions, startEngine } from "../engine/start/start-engine.ts";
import { everywhere } from "./process/together.ts";
import { hostModel } from "./start/host-model.ts";
import { type HostShare, shareHost } from "./start/placement.ts";
import { connectRemote, connectRemotes } from "./start/remote-engine.ts";

/** How to start an engine on every rank. Every option may be left out. */
export interface StartEnginesOptions extends Omit<StartEngineOptions, "engine"> {
	/**
	 * Which engine; "endpoint" needs `endpoints`. "auto" takes llama-server where one is found that can use the GPU, else
	 * node-llama-cpp. @default "endpoint" with `endpoints`, else "auto"
	 */
	readonly engine?: "auto" | "node-llama-cpp" | "llama-server" | "endpoint" | undefined;
	/** Processor threads of each rank. @default the host's cores shared out between its ranks */
	readonly threads?: number | undefined;
	/** URLs of servers that run already; rank r uses the one at r modulo their number. @default none */
	readonly endpoints?: readonly string[] | undefined;
	/** Sent to endpoints as a bearer token. @default the first line of `apiKeyFile` */
	readonly apiKey?: string | undefined;
	/** Path of a file, on every host, whose first line is the API key. @default LLAMA_API_KEY, else OPENAI_API_KEY of the environment */
	readonly apiKeyFile?: string | undefined;
	/** Most seconds that a request may take, its time in the queue included. @default no limit */
	readonly requestTimeout?: number | undefined;
	/** Starts of a dead engine in a row, without a request that ended well in between, before it is given up. @default 3 */
	readonly maxRestarts?: number | undefined;
}

/** What `startEngines` takes. */
export const START_ENGINES_OPTIONS: Kinds<StartEnginesOptions> = {
	...START_ENGINE_OPTIONS,
	engine: oneOf("auto", "node-llama-cpp", "llama-server", "endpoint"),
	endpoints: listOf("a list of URLs", TEXT),
	apiKey: TEXT,
	apiKeyFile: TEXT,
	requestTimeout: {
		words: "a number of seconds above 0, at most 1000000",
		accepts: (value) => typeof value === "number" && value > 0 && value <= 1e6,
	},
	maxRestarts: integerFrom(0),
};

/**
 * Starts an engine on every rank. Collective. Resolves once all have loaded their model. The ranks of one GPU load one
 * after the other, since each sizes itself by the memory that is free; all others load at once. An engine that dies is
 * started again.
 *
 * @param mpi What `init()` resolved to, or what `forEachSetting` passes on.
 * @returns this rank's engine; closing it is up to each rank.
 * @throws {JobError} on every rank, if an engine cannot start on any; its `cause` is the EngineError.
 * @throws {ArgumentError} ERR_ARG: an option is unknown, or a value has the wrong type.
 * @throws {RangeError} a number is out of its range.
 */
export async function startEngines(mpi: Mpi, options: StartEnginesOptions = {}): Promise<Engine> {
	checkArgument("start engines", "mpi", mpi, MPI);
	checkOptions("start engines", options, START_ENGINES_OPTIONS);
	checkEndpoints(options);
	const { endpoints = [], maxRestarts: restarts, requestTimeout } = options;
	const share = await shareHost(mpi, { gpu: endpoints.length > 0 ? "cpu" : options.gpu });
	// An endpoint's model is a name. All this before an engine is started again, which must not need the network.
	const local = endpoints.length > 0 ? options : { ...options, model: await hostModel(mpi, options.model) };
	const endpoint = endpoints[mpi.world.rank % endpoints.length];
	const start = () => (endpoint === undefined ? startLocal(local, share) : connectRemote(options, endpoint));
	const started =
		endpoint === undefined ? startInTurn(mpi, share, start) : connectRemotes(mpi.world, options, endpoint);
	const engine = await started.finally(dropPreparedHost);
	const restarting = new RestartingEngine(engine, start, restarts === undefined ? {} : { restarts });
	return requestTimeout === undefined ? restarting : new DeadlineEngine(restarting, requestTimeout);
}

function checkEndpoints({ engine, endpoints = [] }: StartEnginesOptions): void {
	const remote = engine === undefined ? endpoints.length > 0 : engine === "endpoint";
	if (remote === endpoints.length > 0) return;
	const why = remote
		? 'the engine "endpoint" needs the option "endpoints"'
		: `only the engine "endpoint" takes the option "endpoints", not "${engine}"`;
	throw new ArgumentError("ERR_ARG", `Cannot start engines: ${why}`);
}

async function startLocal(options: StartEnginesOptions, share: HostShare): Promise<Engine> {
	const { endpoints, apiKey, apiKeyFile, requestTimeout, maxRestarts, ...given } = options;
	// The demo model is so small that more than the one thread of its default only lose time.
	const threads = given.threads ?? (given.model === undefined ? undefined : share.threads);
	return await startEngine({
		...given,
		engine: given.engine === "endpoint" ? "auto" : given.engine,
		threads,
	});
}

async function startInTurn(
	{ world }: Mpi,
	{ gpuSharers }: HostShare,
	start: () => Promise<Engine>,
): Promise<Engine> {
	// A communicator of its own, so that the token cannot meet the program's own messages.
	const comm = await world.dup();
	const engine = await everywhere(
		world,
		() => inTurn(comm, gpuSharers, start),
		(started) => started.close(),
	);
	comm.free();
	return engine;
}

/** Runs something on some ranks one after the other, by a token that goes from each to the next. */
async function inTurn<T>(comm: Comm, ranks: readonly number[], work: () => Promise<T>): Promise<T> {
	const place = ranks.indexOf(comm.rank);
	const before = ranks[place - 1];
	const after = place < 0 ? undefined : ranks[place + 1];
	if (before !== undefined) await comm.recv({ source: before });
	try {
		return await work();
	} finally {
		if (after !== undefined) await comm.send("your turn", { dest: after });
	}
}
