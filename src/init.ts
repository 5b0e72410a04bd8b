/// <reference lib="esnext.disposable" preserve="true" />
import { hostname } from "node:os";
import { describeValue } from "./base/check-options.ts";
import { ArgumentError, MpiError } from "./base/errors.ts";
import type { Comm } from "./comm/api/comm.ts";
import type { Connect } from "./control/control.ts";
import { ControlSocket } from "./control/control-socket.ts";
import { foreignLauncher, ipcAddress, type Placement, readJob } from "./control/environment.ts";
import { checkGrace } from "./control/grace.ts";
import { Session, strayError } from "./session.ts";

/** A program's place in its job. */
export interface Mpi extends AsyncDisposable {
	/** All ranks of the job. MPI_COMM_WORLD. */
	readonly world: Comm;
	/** Name of this host. MPI_Get_processor_name. */
	readonly hostname: string;
	/** Own rank among those of this host. */
	readonly localRank: number;
	/** Number of ranks on this host. */
	readonly localSize: number;
	/** Index of this host among the hosts of the job. */
	readonly nodeRank: number;
	/**
	 * Leaves the job: waits for the sends of this rank, then for all other ranks to finalize. Happens by itself when the
	 * program ends. MPI_Finalize, MPI 4.1 §11.2.2.
	 */
	readonly finalize: () => Promise<void>;
	/**
	 * Ends every rank of the job at once. MPI_Abort, MPI 4.1 §9.3.
	 *
	 * @param code Exit code of tsmpirun: 1 to 255; 0 gives 1. @default 1
	 * @param reason Printed by tsmpirun.
	 */
	readonly abort: (code?: number, reason?: string) => Promise<never>;
	/**
	 * Asks for time to finish after SIGTERM or SIGINT to tsmpirun. The first such signal then goes to rank 0 alone, which
	 * listens with `process.on("SIGTERM", ...)`; the other ranks live on until rank 0's messages let them go. If all ranks
	 * exit with 0 in time, so does tsmpirun. A second signal, or the end of the time, ends the job as without this call.
	 *
	 * Any rank may call it, at any time; the largest number counts. Does nothing without tsmpirun.
	 *
	 * @param seconds Above 0, at most 86400.
	 * @returns Resolves once tsmpirun knows: a signal that comes later is covered.
	 * @throws {MpiError} ERR_ARG for other values.
	 */
	readonly grace: (seconds: number) => Promise<void>;
}

let joined: Promise<Mpi> | undefined;

/**
 * Joins the job. A program that tsmpirun did not start is a world of one. Calling it again gives the same object.
 * MPI_Init, MPI 4.1 §11.2.1. Example: `examples/hello.js`.
 *
 * @throws {MpiError} ERR_OTHER if another launcher (Slurm, MPICH, Open MPI) started this process as one of several: they
 *   would not find each other.
 */
export function init(): Promise<Mpi> {
	joined ??= join().catch((error: unknown) => {
		// What is wrong is how the program was started: the way to here through our own files says nothing about it.
		if (error instanceof MpiError) error.stack = `${error.name}: ${error.message}`;
		throw error;
	});
	return joined;
}

async function join(): Promise<Mpi> {
	const { session, place } = await findJob();
	const finalize = () => session.finalize();
	return {
		world: session.world,
		hostname: hostname(),
		localRank: place.localRank,
		localSize: place.localSize,
		nodeRank: place.nodeRank,
		finalize,
		abort: async (code = 1, reason = "abort was called") => {
			if (!Number.isInteger(code)) throw badAbort("code", code, "a whole number");
			if (typeof reason !== "string") throw badAbort("reason", reason, "a text");
			return session.abort(code, reason);
		},
		grace: async (seconds) => {
			checkGrace(seconds);
			await session.grace(seconds);
		},
		[Symbol.asyncDispose]: finalize,
	};
}

function badAbort(what: string, value: unknown, needed: string): ArgumentError {
	return new ArgumentError(
		"ERR_ARG",
		`Cannot abort with ${what} ${describeValue(value)}: ${needed} is needed`,
	);
}

/** The job that this process belongs to, by its environment. */
async function findJob(): Promise<{ session: Session; place: Placement }> {
	const job = readJob(process.env);
	if (job !== undefined) {
		const connect: Connect = (...listeners) => ControlSocket.connect(job.controlPath, ...listeners);
		return { session: await Session.join({ ...job, ipc: ipcAddress(job) }, connect), place: job };
	}
	if (process.env.TSMPI_RENDEZVOUS !== undefined) {
		// Loaded only where it is needed: tsmpirun's ranks start faster without.
		const { meet } = await import("./rendezvous/meet.ts");
		const { place, connect } = await meet(process.env);
		return { session: await Session.join({ ...place, network: true, ipc: undefined }, connect), place };
	}
	const stray = foreignLauncher(process.env);
	if (stray !== undefined) throw strayError(stray, process.env[stray]);
	const place = { rank: 0, size: 1, localRank: 0, localSize: 1, nodeRank: 0 };
	return { session: Session.alone(), place };
}
