/**
 * Whether an error comes from the operating system: a file, a socket or a process that could not be used. Node has no
 * class for these; by its documentation (Errors, "System errors") they are what has a number of the system and the name
 * of the system call.
 */
export function isSystemError(error: unknown): error is Error & SystemErrorFields {
	return error instanceof Error && "syscall" in error && "code" in error && typeof error.code === "string";
}

/** What Node adds to an error of the operating system. */
export interface SystemErrorFields {
	/** The error's name, such as "ENOENT". */
	readonly code: string;
	/** The system call that failed, such as "open". */
	readonly syscall: string;
}
