/** How a process has ended, as Node tells it. */
export interface Ending {
	readonly code: number | null;
	readonly signal: string | null;
}

/** "exited with code 3", "was killed by SIGKILL"; with what it said last, if that tells why. */
export function endingText({ code, signal }: Ending, lastWords?: string): string {
	const how = signal === null ? `exited with code ${code}` : `was killed by ${signal}`;
	return lastWords === undefined ? how : `${how} (${lastWords})`;
}
