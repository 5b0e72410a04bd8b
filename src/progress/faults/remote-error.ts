import { type ErrorCode, type FailureCause, MpiError, ProcessFailedError } from "../../base/errors.ts";

/** An error as it travels in a FAIL frame. */
interface RemoteError {
	readonly rank: number;
	readonly code: ErrorCode;
	readonly name: string;
	readonly message: string;
	readonly stack?: string | undefined;
	/** The rank that died, if that is the reason. */
	readonly failed?: { readonly rank: number; readonly cause: FailureCause };
}

/** An error of this rank, as bytes for the others. */
export function encodeError(error: unknown, rank: number): Uint8Array {
	const own = error instanceof Error ? error : new Error(String(error));
	const remote: RemoteError = {
		rank,
		code: own instanceof MpiError ? own.code : "ERR_OTHER",
		name: own.name,
		message: own.message,
		...(own.stack === undefined ? {} : { stack: own.stack }),
		...(own instanceof ProcessFailedError ? { failed: { rank: own.rank, cause: own.failure } } : {}),
	};
	return Buffer.from(JSON.stringify(remote));
}

/** The other rank's error as this rank rejects with it; `cause` has the original text and stack. */
export function decodeError(bytes: Uint8Array): MpiError {
	const remote = JSON.parse(Buffer.from(bytes).toString()) as RemoteError;
	const cause = new Error(remote.message);
	cause.name = remote.name;
	if (remote.stack !== undefined) cause.stack = remote.stack;
	if (remote.failed !== undefined) {
		return new ProcessFailedError("go on with a collective", remote.failed.rank, remote.failed.cause);
	}
	return new MpiError(remote.code, `Rank ${remote.rank} failed: ${remote.message}`, { cause });
}
