import { COMM, checkArgument, FUNCTION, MPI } from "../../../base/check-types.ts";
import { isSystemError } from "../../../base/system-error.ts";
import { type Comm, type Mpi, MpiError } from "../../../index.ts";
import { EngineError, type EngineErrorData, JobError, reasonOf } from "../../errors.ts";

/** How work on one rank went, as it travels to the others. */
type Verdict<T> = { readonly value: T } | Refusal;

/** A failure that is no bug. Classes do not travel between ranks, so what decides does so as data. */
interface Refusal {
	readonly message: string;
	readonly exitCode: number;
	/** The EngineError that it was. */
	readonly engineError?: EngineErrorData;
}

/**
 * Runs something on rank 0 and gives its value to every rank. Collective. If it fails with a JobError, an EngineError or
 * an error of the operating system, every rank throws the same JobError; its `cause` is the EngineError, if it was one.
 * Any other error is a bug: it is thrown on rank 0 as it is, and ends the job.
 *
 * @param world The ranks that take part.
 * @param work What rank 0 runs.
 * @throws {JobError} on every rank, if the work failed.
 */
export async function fromRoot<T>(world: Comm, work: () => T | Promise<T>): Promise<T> {
	checkShared(world, work);
	const verdict = world.rank === 0 ? await attempt(work) : undefined;
	return accept(await world.bcast<Verdict<T>>(verdict));
}

/**
 * As `fromRoot`, for a value that only rank 0 needs: undefined on the others, who still learn of a failure.
 *
 * @throws {JobError} on every rank, if the work failed.
 */
export async function atRoot<T>(world: Comm, work: () => T | Promise<T>): Promise<T | undefined> {
	checkShared(world, work);
	const verdict = world.rank === 0 ? await attempt(work) : undefined;
	const failed = verdict !== undefined && !("value" in verdict) ? verdict : { value: undefined };
	accept(await world.bcast<Verdict<undefined>>(world.rank === 0 ? failed : undefined));
	return verdict === undefined ? undefined : accept(verdict);
}

/**
 * Runs something on every rank. Collective. If it fails anywhere, every rank throws the same JobError, after `undo` was
 * called where it had worked. What counts as a failure is as in `fromRoot`.
 *
 * @param undo Gives up what the work has made, such as an engine. @default nothing is given up
 * @throws {JobError} on every rank, with the failure of the lowest rank that failed.
 */
export async function everywhere<T>(
	world: Comm,
	work: () => Promise<T>,
	undo: (value: T) => Promise<void> = async () => {},
): Promise<T> {
	checkShared(world, work);
	const own = await attempt(work);
	const refusals = await world.allgather("value" in own ? undefined : own);
	const failed = refusals.filter((refusal) => refusal !== undefined);
	const first = failed[0];
	if (first === undefined) return accept(own);
	if ("value" in own) await undo(own.value);
	// Usually all ranks fail alike, by a model file that is not there: then no rank is named.
	const same = failed.length === world.size && failed.every(({ message }) => message === first.message);
	const message = same ? first.message : `Rank ${refusals.indexOf(first)} failed: ${first.message}`;
	throw jobError({ ...first, message, exitCode: 1 });
}

/**
 * Runs the body of a job. A JobError, which every rank throws alike, becomes one line and the job's exit code instead
 * of a stack trace from every rank; with exit code 0 (help) its text goes to stdout. The death of a rank that is
 * needed ends the job in the same way. Any other error is a bug, and is thrown as it is.
 */
export async function runJob(mpi: Mpi, body: () => Promise<void>): Promise<void> {
	checkArgument("run a job", "mpi", mpi, MPI);
	checkArgument("run a job", "body", body, FUNCTION);
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

function checkShared(world: unknown, work: unknown): void {
	checkArgument("agree with all ranks", "world", world, COMM);
	checkArgument("agree with all ranks", "work", work, FUNCTION);
}

async function attempt<T>(work: () => T | Promise<T>): Promise<Verdict<T>> {
	try {
		return { value: await work() };
	} catch (error) {
		if (error instanceof JobError) return { message: error.message, exitCode: error.exitCode };
		if (error instanceof EngineError) {
			return { message: reasonOf(error), exitCode: 1, engineError: error.toData() };
		}
		if (isSystemError(error)) return { message: reasonOf(error), exitCode: 1 };
		// Anything else is a bug, and deserves its stack trace.
		throw error;
	}
}

function accept<T>(verdict: Verdict<T>): T {
	if ("value" in verdict) return verdict.value;
	throw jobError(verdict);
}

function jobError({ message, exitCode, engineError }: Refusal): JobError {
	const options = engineError === undefined ? {} : { cause: EngineError.from(engineError) };
	return new JobError(message, exitCode, options);
}
