import { type ErrorCode, MpiError } from "../index.ts";

/** A task that threw, whose result cannot be sent, or whose ranks died. `cause` is what happened there. */
export class TaskError extends MpiError {
	/** Name of the task. */
	readonly task: string;
	/** Rank, in the pool's communicator, on which it ran last. */
	readonly rank: number;

	constructor(code: ErrorCode, message: string, place: { task: string; rank: number }, cause: Error) {
		super(code, message, { cause });
		this.task = place.task;
		this.rank = place.rank;
	}
}

/** Whether an operation failed because the other rank is gone. */
export function isDeath(error: unknown): error is MpiError {
	return error instanceof MpiError && error.code === "ERR_PROC_FAILED";
}
