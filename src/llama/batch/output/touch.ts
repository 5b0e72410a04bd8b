import { open } from "node:fs/promises";
import { cannotWrite } from "../../errors.ts";

/**
 * Makes a file if it is not there and leaves it as it is otherwise: so what cannot be written is known before any time
 * is spent.
 *
 * @throws {JobError} naming the file.
 */
export async function touch(path: string): Promise<void> {
	try {
		const file = await open(path, "a");
		await file.close();
	} catch (error) {
		throw cannotWrite(path, error);
	}
}
