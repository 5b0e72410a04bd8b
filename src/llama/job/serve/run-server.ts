import { basename } from "node:path";
import { checkArgument, checkOptions, MPI } from "../../../base/check-types.ts";
import type { Comm, Mpi } from "../../../index.ts";
import { localReplica, RemoteReplica } from "../../dispatch/replica.ts";
import { work } from "../../dispatch/work.ts";
import { ENGINE } from "../../engine/check.ts";
import type { Engine } from "../../engine/engine.ts";
import { JobError } from "../../errors.ts";
import type { ServedRank } from "../../gateway/core/served.ts";
import { SERVE_KINDS, type ServeOptions } from "../../gateway/options.ts";
import type { Server } from "../../gateway/server.ts";
import { type Measurement, startMeasurement } from "../../measure/measure.ts";
import { type ModelFacts, validateModel } from "../../model/gguf/validate.ts";
import { awaitSignal } from "./await-signal.ts";

/** Beyond the time to drain: for what the ranks do at their end. */
const LEAVE_SECONDS = 10;

/**
 * Serves requests on the engines of all ranks until SIGTERM or SIGINT, and drains then: what runs may end, nothing new is
 * taken. Collective; the server is rank 0's.
 *
 * @throws {JobError} on rank 0 if no engine is left; elsewhere if rank 0 died.
 */
export async function runServer(
	mpi: Mpi,
	engine: Engine,
	server: Server | undefined,
	options: ServeOptions = {},
): Promise<void> {
	checkArgument("run a server", "mpi", mpi, MPI);
	checkArgument("run a server", "engine", engine, ENGINE);
	checkOptions("run a server", options, SERVE_KINDS);
	const { inflight: slots = 4, drainTimeout = 30 } = options;
	const comm = await mpi.world.dup();
	const ranks = await comm.gather<ServedRank>({ hostname: mpi.hostname, engine: engine.info, slots });
	const measurement = await startMeasurement(mpi, engine);
	// Before the signals come to this rank alone.
	const signalled = server === undefined ? undefined : awaitSignal();
	await mpi.grace(drainTimeout + LEAVE_SECONDS);
	try {
		if (server === undefined || ranks === undefined || signalled === undefined)
			return await work(comm, engine, { measurement, slots });
		await serve({ comm, engine, server, ranks, measurement, options, signalled });
	} finally {
		comm.free();
	}
}

interface Parts {
	readonly comm: Comm;
	readonly engine: Engine;
	readonly server: Server;
	readonly ranks: readonly ServedRank[];
	readonly measurement: Measurement;
	readonly options: ServeOptions;
	/** Resolves when it is to end. */
	readonly signalled: Promise<undefined>;
}

async function serve({ comm, engine, server, ranks, measurement, options, signalled }: Parts): Promise<void> {
	const { recorder, stop } = measurement;
	for (const [rank, { slots }] of ranks.entries()) {
		server.gateway.join(
			rank === comm.rank
				? localReplica(engine, { rank, slots, recorder, stop })
				: new RemoteReplica(comm, rank, slots),
		);
	}
	const facts = await factsOf(engine);
	server.serve({
		...{ engine, ranks },
		model: {
			...{ names: namesOf(options.aliases, engine), renamed: options.aliases !== undefined },
			...{ created: Math.floor(Date.now() / 1000), facts },
		},
	});
	process.stderr.write(`ready: ${ranks.length} ${ranks.length === 1 ? "rank" : "ranks"}\n`);
	const lost = await Promise.race([signalled, server.gateway.lost]);
	if (lost === undefined) await server.drain();
	await server.close();
	if (lost !== undefined) throw new JobError(`Cannot go on serving: no engine is left: ${lost}`, 1);
}

function namesOf(aliases: readonly string[] | undefined, { info }: Engine): readonly [string, ...string[]] {
	const [first, ...others] = aliases ?? [];
	if (first !== undefined) return [first, ...others];
	// An endpoint's may be an id such as "owner/name".
	const isFile = info.kind !== "endpoint" || /\.gguf$/i.test(info.model);
	return [isFile ? basename(info.model).replace(/\.gguf$/i, "") : info.model];
}

async function factsOf({ info }: Engine): Promise<ModelFacts | undefined> {
	return info.kind === "endpoint" ? undefined : await validateModel(info.model).catch(() => undefined);
}
