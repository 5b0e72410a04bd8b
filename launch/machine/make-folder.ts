import { mkdirSync, statSync } from "node:fs";
import { dirname, resolve } from "node:path";

/**
 * Makes a folder and those above it.
 *
 * Not mkdirSync's `recursive`: it tries for ever where a folder exists in which none can be made (/proc).
 */
export function makeFolder(path: string): void {
	const folder = resolve(path);
	if (statSync(folder, { throwIfNoEntry: false })?.isDirectory()) return;
	const parent = dirname(folder);
	if (parent !== folder) makeFolder(parent);
	try {
		mkdirSync(folder);
	} catch (error) {
		// Somebody else may have been faster.
		if (!statSync(folder, { throwIfNoEntry: false })?.isDirectory()) throw error;
	}
}
