import { open, readFile, rename } from "node:fs/promises";
import { isSystemError } from "../../../base/system-error.ts";
import { JobError, reasonOf } from "../../errors.ts";

/** Writes a value so that after a crash the file has the old one or the new one, and never a part. */
export async function writeJson(path: string, value: unknown): Promise<void> {
	const part = `${path}.part`;
	const file = await open(part, "w", 0o600);
	try {
		await file.writeFile(`${JSON.stringify(value)}\n`);
		await file.sync();
	} finally {
		await file.close();
	}
	await rename(part, path);
}

/** The value of a file; undefined if it is not there. */
export async function readJson<T>(path: string): Promise<T | undefined> {
	try {
		return JSON.parse(await readFile(path, "utf8")) as T;
	} catch (error) {
		if (isSystemError(error) && error.code === "ENOENT") return undefined;
		throw new JobError(`Cannot read ${path}: ${reasonOf(error)}`, 1, { cause: error });
	}
}
