import { checkArgument, checkOptions, MPI } from "../../../base/check-types.ts";
import type { Mpi } from "../../../index.ts";
import { JobError } from "../../errors.ts";
import { isLoopback, readKeys } from "../../gateway/http/keys.ts";
import { SERVE_KINDS, type ServeOptions } from "../../gateway/options.ts";
import type { Server } from "../../gateway/server.ts";
import { atRoot } from "../process/together.ts";

/**
 * Opens one HTTP server for the engines of all ranks, on rank 0. Collective. It answers at once: "Loading model", until
 * `runServer` has an engine.
 *
 * @returns The server on rank 0, undefined elsewhere.
 * @throws {ArgumentError} ERR_ARG: an option is unknown, or has a value that it cannot have.
 * @throws {JobError} on every rank, if the port, the address or the file of keys cannot be used.
 */
export async function openServer(mpi: Mpi, options: ServeOptions = {}): Promise<Server | undefined> {
	checkArgument("open a server", "mpi", mpi, MPI);
	checkOptions("open a server", options, SERVE_KINDS);
	return await atRoot(mpi.world, async () => {
		const server = await open(options);
		process.stderr.write(`listening on ${server.url}\n`);
		return server;
	});
}

async function open(options: ServeOptions): Promise<Server> {
	const { host = "127.0.0.1", apiKeyFile, noKey = false } = options;
	const print = (line: string) => process.stderr.write(`${line}\n`);
	const keys = apiKeyFile === undefined ? [] : await readKeys(apiKeyFile, print);
	if (keys.length === 0 && !noKey && !isLoopback(host)) {
		const text = `Cannot listen on ${host} without keys: other hosts reach it; use --api-key-file FILE, or --no-key to serve everybody`;
		throw new JobError(text, 2);
	}
	// Jobs that serve nothing need none of it.
	const gateway = await import("../../gateway/server.ts");
	return await gateway.Server.open(options, { keys, print });
}
