/** MPI's error classes, as strings. MPI 4.1 §9.4; ERR_PROC_FAILED and ERR_REVOKED are ULFM's. */
export type ErrorCode =
	| "ERR_RANK"
	| "ERR_TAG"
	| "ERR_ROOT"
	| "ERR_COUNT"
	| "ERR_TYPE"
	| "ERR_OP"
	| "ERR_COMM"
	| "ERR_ARG"
	| "ERR_TRUNCATE"
	| "ERR_PROC_FAILED"
	| "ERR_REVOKED"
	| "ERR_FINALIZED"
	| "ERR_OTHER"
	| "ERR_SPAWN";

/**
 * What all errors of tsmpi and tsmpi/llama have in common. `code` serves a `switch` and survives between processes,
 * where `instanceof` does not.
 */
export class TsmpiError<Code extends string = string> extends Error {
	readonly code: Code;

	constructor(code: Code, message: string, options?: ErrorOptions) {
		super(message, options);
		this.code = code;
	}

	/** Inherited and not enumerable, so that it stays out of how the error is printed. */
	override get name(): string {
		return this.constructor.name;
	}
}

/** What every failing operation of a communicator rejects with. */
export class MpiError extends TsmpiError<ErrorCode> {}

/** The caller's mistake: a rank, tag, root, count, value, operator or communicator that cannot be used. */
export class ArgumentError extends MpiError {}

/** A message does not fit the memory it should be received into. MPI_ERR_TRUNCATE. */
export class TruncateError extends MpiError {
	/** Bytes the caller's memory holds. */
	readonly expected: number;
	/** Bytes of the message. */
	readonly received: number;

	constructor(expected: number, received: number) {
		super("ERR_TRUNCATE", `Cannot receive ${received} bytes into memory of ${expected} bytes`);
		this.expected = expected;
		this.received = received;
	}
}

/** Why a rank is gone. */
export interface FailureCause {
	/** Its exit code, unless a signal ended it. */
	readonly exitCode?: number;
	/** The signal that ended it, such as "SIGKILL". */
	readonly signal?: string;
	/** The cause in words, such as "was killed by SIGKILL". */
	readonly text: string;
}

/** The operation needs a rank that is gone. MPIX_ERR_PROC_FAILED (ULFM). */
export class ProcessFailedError extends MpiError {
	/** World rank of the process that is gone. */
	readonly rank: number;
	/** Its exit code; undefined if a signal ended it. */
	readonly exitCode: number | undefined;
	/** The signal that ended it, such as "SIGKILL". */
	readonly signal: string | undefined;
	/** @internal */
	declare readonly failure: FailureCause;

	constructor(action: string, rank: number, cause: FailureCause) {
		super("ERR_PROC_FAILED", `Cannot ${action}: rank ${rank} ${cause.text}`);
		this.rank = rank;
		this.exitCode = cause.exitCode;
		this.signal = cause.signal;
		// Not part of how the error looks when it is printed.
		Object.defineProperty(this, "failure", { value: cause });
	}
}

/** The operation's communicator has been revoked, by this rank or another. MPIX_ERR_REVOKED (ULFM). */
export class RevokedError extends MpiError {
	constructor(action: string, communicator: string) {
		super("ERR_REVOKED", `Cannot ${action}: ${communicator} has been revoked`);
	}
}

/** An operation was called after `finalize()`. */
export class FinalizedError extends MpiError {
	constructor(action: string) {
		super("ERR_FINALIZED", `Cannot ${action}: this rank has called finalize()`);
	}
}

/** A job cannot be started: program not found, no slots, a host that does not answer. */
export class LaunchError extends MpiError {
	/** The exit code of tsmpirun that this error asks for. */
	readonly exitCode: number;

	constructor(message: string, exitCode = 1, options?: ErrorOptions) {
		super("ERR_SPAWN", message, options);
		this.exitCode = exitCode;
	}
}
