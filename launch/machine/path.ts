import { accessSync, constants, statSync } from "node:fs";
import { delimiter, join } from "node:path";

// Synchronous throughout: some microseconds each, and ranks start sooner than with a trip through the thread pool.

/** Whether a file can be started. */
export function isExecutable(file: string): boolean {
	try {
		accessSync(file, constants.X_OK);
		return statSync(file).isFile();
	} catch {
		return false;
	}
}

/** The first executable of this name on PATH, found as a shell would, without starting anything. */
export function findOnPath(name: string, path: string | undefined): string | undefined {
	return (path ?? "/usr/local/bin:/usr/bin:/bin")
		.split(delimiter)
		.map((folder) => join(folder === "" ? "." : folder, name))
		.find(isExecutable);
}
