import { writeSync } from "node:fs";

/** One line on stderr, at once: from a thread, `process.stderr` would go through the main thread, which may compute. */
export function say(text: string): void {
	try {
		writeSync(2, `tsmpi: ${text}\n`);
	} catch {
		// stderr is closed: there is nobody to tell.
	}
}
