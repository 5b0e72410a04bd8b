import { type ErrorCode, type FailureCause, MpiError, ProcessFailedError } from "../base/errors.ts";

/** An error as it travels in a FAIL frame. */
interface Failure {
	readonly rank: number;
	readonly code: ErrorCode;
	readonly name: string;
	readonly message: string;
	readonly stack?: string | undefined;
	/** The rank that died, if that is the reason. */
	readonly failed?: { readonly rank: number; readonly cause: FailureCause };
}

/** An error of this rank, as bytes for the others. */
export function encodeFailure(error: unknown, rank: number): Uint8Array {
	const own = error instanceof Error ? error : new Error(String(error));
	const failure: Failure = {
		rank,
		code: own instanceof MpiError ? own.code : "ERR_OTHER",
		name: own.name,
		message: own.message,
		...(own.stack === undefined ? {} : { stack: own.stack }),
		...(own instanceof ProcessFailedError ? { failed: { rank: own.rank, cause: own.failure } } : {}),
	};
	return Buffer.from(JSON.stringify(failure));
}

/** The other rank's error as this rank rejects with it; `cause` has the original text and stack. */
export function decodeFailure(bytes: Uint8Array): MpiError {
	const failure = JSON.parse(Buffer.from(bytes).toString()) as Failure;
	const cause = new Error(failure.message);
	cause.name = failure.name;
	if (failure.stack !== undefined) cause.stack = failure.stack;
	if (failure.failed !== undefined) {
		return new ProcessFailedError("go on with a collective", failure.failed.rank, failure.failed.cause);
	}
	return new MpiError(failure.code, `Rank ${failure.rank} failed: ${failure.message}`, { cause });
}
