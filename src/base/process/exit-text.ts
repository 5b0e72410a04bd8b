/** How a child process ended: by an exit code or by a signal, as Node's "exit" event tells it. */
export interface ChildExit {
	readonly code: number | null;
	readonly signal: string | null;
}

/** How a process ended, as the end of a sentence about it: "exited with code 1", "was killed by SIGKILL". */
export function exitText({ code, signal }: ChildExit): string {
	return signal === null ? `exited with code ${code}` : `was killed by ${signal}`;
}
