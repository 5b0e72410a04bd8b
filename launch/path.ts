import { constants } from "node:fs";
import { access, stat } from "node:fs/promises";
import { delimiter, join } from "node:path";

/** Whether a file can be started. */
export async function isExecutable(file: string): Promise<boolean> {
	try {
		await access(file, constants.X_OK);
		return (await stat(file)).isFile();
	} catch {
		return false;
	}
}

/** The first executable of this name on PATH, found as a shell would, without starting anything. */
export async function findOnPath(name: string, path: string | undefined): Promise<string | undefined> {
	for (const folder of (path ?? "/usr/local/bin:/usr/bin:/bin").split(delimiter)) {
		const file = join(folder === "" ? "." : folder, name);
		if (await isExecutable(file)) return file;
	}
	return undefined;
}
