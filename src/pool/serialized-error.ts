import { inspect } from "node:util";

/** An error as it travels: packed as an Error, it would lose its stack. */
export interface SerializedError {
	readonly name: string;
	readonly message: string;
	readonly stack?: string;
	/** Node's code, such as "ENOENT", or MPI's. */
	readonly code?: string;
	readonly cause?: SerializedError;
}

/** Causes of causes that travel along; a chain may be a circle. */
const DEPTH = 8;

/** What a task threw, which may be anything. */
export function serializeError(thrown: unknown, depth = DEPTH): SerializedError {
	if (!(thrown instanceof Error)) {
		return { name: "Error", message: typeof thrown === "string" ? thrown : inspect(thrown) };
	}
	const { name, message, stack, cause } = thrown;
	const code: unknown = "code" in thrown ? thrown.code : undefined;
	return {
		name: String(name),
		message: String(message),
		...(typeof stack === "string" ? { stack } : {}),
		...(typeof code === "string" ? { code } : {}),
		...(cause instanceof Error && depth > 0 ? { cause: serializeError(cause, depth - 1) } : {}),
	};
}

/** The error again, with the stack that it had where it was thrown. */
export function restoreError({ name, message, stack, code, cause }: SerializedError): Error {
	const error = new Error(message, cause === undefined ? undefined : { cause: restoreError(cause) });
	const hidden = { configurable: true, writable: true, enumerable: false };
	Object.defineProperty(error, "name", { ...hidden, value: name });
	Object.defineProperty(error, "stack", { ...hidden, value: stack ?? `${name}: ${message}` });
	return code === undefined ? error : Object.assign(error, { code });
}
