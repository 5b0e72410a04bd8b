import type { Comm, Mpi } from "../../index.ts";
import { DeadlineEngine } from "../engine/deadline.ts";
import type { Engine, EngineInfo } from "../engine/engine.ts";
import { MAX_SLOTS } from "../engine/options.ts";
import { RestartingEngine } from "../engine/restarting.ts";
import { startEngine } from "../engine/start/start-engine.ts";
import { DEMO_MODEL_NOTE, ensureDemoModel } from "../model/demo/cache.ts";
import { readApiKey } from "./api-key.ts";
import type { EngineChoice } from "./engine-options.ts";
import type { JobOptions } from "./options.ts";
import { type HostShare, shareHost } from "./placement.ts";
import { everywhere } from "./together.ts";

/** What starting engines needs of a job's options. */
export type StartOptions = Pick<
	JobOptions,
	"model" | "gpu" | "gpuLayers" | "contextSize" | "threads" | "inflight" | keyof EngineChoice
> &
	Partial<Pick<JobOptions, "maxRestarts">>;

/** How the job's model is called in a report; an endpoint itself says which it has. */
export function describeModel(
	{ model, engine }: Pick<StartOptions, "model" | "engine">,
	info: EngineInfo | undefined,
): { readonly model: string; readonly modelNote?: string } {
	if (model !== undefined) return { model };
	if (engine === "endpoint") return { model: info?.model ?? "unknown" };
	return { model: "tsmpi-demo-tiny", modelNote: DEMO_MODEL_NOTE };
}

/**
 * Starts an engine on every rank, one sequence for each request in flight. Collective. The ranks of one GPU load one
 * after the other, since each sizes itself by the memory that is free; all others load at once. An engine that
 * dies is started again.
 *
 * @throws {JobError} on every rank, if an engine cannot start on any.
 */
export async function startEngines(mpi: Mpi, options: StartOptions): Promise<Engine> {
	const { endpoints } = options;
	const share = await shareHost(mpi, endpoints.length > 0 ? "cpu" : options.gpu);
	const endpoint = endpoints[mpi.world.rank % endpoints.length];
	const start = () => (endpoint === undefined ? startLocal(options, share) : startRemote(options, endpoint));
	// A communicator of its own, so that the token below cannot meet the program's own messages.
	const comm = await mpi.world.dup();
	const engine = await everywhere(
		mpi.world,
		() => inTurn(comm, share.gpuSharers, start),
		(started) => started.close(),
	);
	comm.free();
	const { maxRestarts: restarts, requestTimeout } = options;
	const restarting = new RestartingEngine(engine, start, restarts === undefined ? {} : { restarts });
	return requestTimeout === undefined ? restarting : new DeadlineEngine(restarting, requestTimeout);
}

async function startLocal(options: StartOptions, share: HostShare): Promise<Engine> {
	const { contextSize, engine, llamaServer, engineArgs } = options;
	return await startEngine({
		model: options.model ?? (await ensureDemoModel()),
		engine: engine === "endpoint" ? "auto" : engine,
		llamaServer,
		engineArgs,
		gpu: options.gpu,
		gpuLayers: options.gpuLayers,
		// A model of half a megabyte only loses time by waiting for a second thread.
		threads: options.threads ?? (options.model === undefined ? 1 : share.threads),
		slots: Math.min(options.inflight, MAX_SLOTS),
		...(contextSize === undefined ? {} : { contextSize }),
	});
}

async function startRemote({ model, inflight, apiKeyFile }: StartOptions, endpoint: string): Promise<Engine> {
	const { connectEndpoint } = await import("../engine/endpoint/engine.ts");
	return await connectEndpoint({ endpoint, model, slots: inflight, apiKey: await readApiKey(apiKeyFile) });
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
