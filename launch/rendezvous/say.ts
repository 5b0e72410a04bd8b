import { writeSync } from "node:fs";

/** One line on stderr, at once: from a thread, `process.stderr` would go through the main thread, which may compute. */
export function say(text: string): void {
	try {
		writeSync(2, `tsmpi: ${text}\n`);
	} catch {
		// Nobody reads it.
	}
}

/** "tcp://10.0.0.5:7000", "tcp://[fd00::5]:7000" */
export function endpoint({ host, port }: { readonly host: string; readonly port: number }): string {
	return `tcp://${host.includes(":") ? `[${host}]` : host}:${port}`;
}
