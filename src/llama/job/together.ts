import { type Comm, type Mpi, MpiError } from "../../index.ts";
import { JobError, reasonOf } from "../errors.ts";

type Verdict<T> = { readonly value: T } | { readonly message: string; readonly exitCode: number };

/** Runs something on rank 0 and gives its value to every rank; if it fails, every rank throws the same JobError. */
export async function fromRoot<T>(world: Comm, work: () => T | Promise<T>): Promise<T> {
	const verdict = world.rank === 0 ? await attempt(work) : undefined;
	return accept(await world.bcast<Verdict<T>>(verdict));
}

/** As `fromRoot`, for what only rank 0 needs: undefined on the others. */
export async function atRoot<T>(world: Comm, work: () => T | Promise<T>): Promise<T | undefined> {
	const verdict = world.rank === 0 ? await attempt(work) : undefined;
	const failed = verdict !== undefined && !("value" in verdict) ? verdict : { value: undefined };
	accept(await world.bcast<Verdict<undefined>>(world.rank === 0 ? failed : undefined));
	return verdict === undefined ? undefined : accept(verdict);
}

/**
 * Runs something on every rank; if it fails anywhere, every rank throws the same JobError, after `undo` was called
 * where it had worked.
 */
export async function everywhere<T>(
	world: Comm,
	work: () => Promise<T>,
	undo: (value: T) => Promise<void>,
): Promise<T> {
	const own = await attempt(work);
	const failures = (await world.allgather("value" in own ? undefined : own.message)).map((message, rank) => ({
		message,
		rank,
	}));
	const failed = failures.filter((failure) => failure.message !== undefined);
	const first = failed[0];
	if (first === undefined) return accept(own);
	if ("value" in own) await undo(own.value);
	// The usual failure is everybody's: a model file that is not there.
	const same = failed.length === world.size && failed.every(({ message }) => message === first.message);
	throw new JobError(same ? `${first.message}` : `Rank ${first.rank} failed: ${first.message}`);
}

/**
 * Runs the body of a job. A JobError, which every rank throws alike, becomes one line and the job's exit code instead
 * of a stack trace from every rank; with exit code 0 (help) its text goes to stdout. The death of a rank that is
 * needed ends the job in the same way.
 */
export async function runJob(mpi: Mpi, body: () => Promise<void>): Promise<void> {
	try {
		await body();
	} catch (error) {
		const { message, exitCode } = asJobError(error);
		if (exitCode === 0) {
			if (mpi.world.rank === 0) process.stdout.write(`${message}\n`);
			return;
		}
		if (mpi.world.rank === 0) await mpi.abort(exitCode, message);
		// Rank 0 speaks for all: wait to be ended by it. If it is dead, an engine must not keep this rank alive.
		await mpi.world.barrier().catch(() => process.exit(exitCode));
	}
}

/** @throws the error itself, if it is a bug. */
function asJobError(error: unknown): JobError {
	if (error instanceof JobError) return error;
	// With `tsmpirun --on-failure continue`, before the requests are handed out or after: ranks are needed there.
	if (error instanceof MpiError && error.code === "ERR_PROC_FAILED") {
		return new JobError(`Cannot go on: ${error.message}`, 1, { cause: error });
	}
	throw error;
}

async function attempt<T>(work: () => T | Promise<T>): Promise<Verdict<T>> {
	try {
		return { value: await work() };
	} catch (error) {
		// Anything but a known failure is a bug, and deserves its stack trace.
		if (!(error instanceof Error) || !isExpected(error)) throw error;
		if (error instanceof JobError) return { message: error.message, exitCode: error.exitCode };
		return { message: reasonOf(error), exitCode: 1 };
	}
}

function isExpected(error: Error): boolean {
	return error instanceof JobError || error.name === "EngineError" || "syscall" in error;
}

function accept<T>(verdict: Verdict<T>): T {
	if ("value" in verdict) return verdict.value;
	throw new JobError(verdict.message, verdict.exitCode);
}
