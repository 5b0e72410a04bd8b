import { accessSync, constants, statSync } from "node:fs";
import { delimiter, join } from "node:path";

// Synchronous throughout: some microseconds each, and ranks start sooner than with a trip through the thread pool.

/** Where programs are looked for if PATH is not set, as by execvp(3). */
const DEFAULT_PATH = "/usr/local/bin:/usr/bin:/bin";

/** Whether a file can be started. */
export function isExecutable(file: string): boolean {
	try {
		accessSync(file, constants.X_OK);
		return statSync(file).isFile();
	} catch {
		return false;
	}
}

/**
 * The first executable of this name on PATH, found as a shell would find it, without starting anything. An empty entry
 * of PATH means the current folder.
 */
export function findOnPath(name: string, path: string | undefined): string | undefined {
	return (path ?? DEFAULT_PATH)
		.split(delimiter)
		.map((folder) => join(folder === "" ? "." : folder, name))
		.find(isExecutable);
}
