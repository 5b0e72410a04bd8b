import { access, constants, open, stat } from "node:fs/promises";
import { cannotWrite } from "../../errors.ts";

/**
 * Makes a file if it is not there and leaves it as it is otherwise: so what cannot be written is known before any time
 * is spent. A pipe is not opened: its reader would take the end of that for the end of all.
 *
 * @throws {JobError} naming the file.
 */
export async function touch(path: string): Promise<void> {
	try {
		if (await isDevice(path)) {
			await access(path, constants.W_OK);
			return;
		}
		const file = await open(path, "a");
		await file.close();
	} catch (error) {
		throw cannotWrite(path, error);
	}
}

async function isDevice(path: string): Promise<boolean> {
	const stats = await stat(path).catch(() => undefined);
	return stats !== undefined && !stats.isFile() && !stats.isDirectory();
}
