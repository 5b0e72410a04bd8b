import type { Stats } from "node:fs";
import { type FileHandle, open, rename } from "node:fs/promises";
import { dirname } from "node:path";
import { cannotWrite } from "../../errors.ts";
import { isCode } from "./lock/lock-file.ts";

/**
 * Moves a file to the first of `FILE.old`, `FILE.old.1`, ... that is free, so that none of them is ever overwritten.
 *
 * @returns the new name.
 * @throws {JobError} naming the file.
 */
export async function moveAside(path: string): Promise<string> {
	try {
		const name = await reserveOldName(path);
		await rename(path, name);
		await syncFolderOf(path);
		return name;
	} catch (error) {
		throw cannotWrite(path, error);
	}
}

/** Makes an empty file of a name that was free: whoever else looks for one takes the next. */
export async function reserveOldName(path: string): Promise<string> {
	for (let number = 0; ; number++) {
		const name = number === 0 ? `${path}.old` : `${path}.old.${number}`;
		try {
			await (await open(name, "wx", 0o600)).close();
			return name;
		} catch (error) {
			if (!isCode(error, "EEXIST")) throw error;
		}
	}
}

/**
 * Makes a file with the mode of another one, and with its owner where that can be.
 *
 * @throws {JobError} naming the file.
 */
export async function createLike(path: string, stats: Stats): Promise<void> {
	try {
		const file = await open(path, "a", 0o600);
		try {
			if (!(await takeAfter(file, stats))) await file.chmod(stats.mode & 0o777);
		} finally {
			await file.close();
		}
		await syncFolderOf(path);
	} catch (error) {
		throw cannotWrite(path, error);
	}
}

/** Gives an open file the owner and the mode of another one. @returns false if it cannot have that owner. */
export async function takeAfter(file: FileHandle, { uid, gid, mode }: Stats): Promise<boolean> {
	const own = await file.stat();
	try {
		if (own.uid !== uid || own.gid !== gid) await file.chown(uid, gid);
	} catch (error) {
		if (isCode(error, "EPERM", "EINVAL", "ENOSYS", "ENOTSUP")) return false;
		throw error;
	}
	// After the owner: a new one takes bits away.
	await file.chmod(mode & 0o7777);
	return true;
}

/** Names in a folder outlive a loss of power only once the folder is synced. */
export async function syncFolderOf(path: string): Promise<void> {
	const folder = await open(dirname(path), "r").catch(() => undefined);
	// Not every file system can do it.
	await folder?.sync().catch(() => {});
	await folder?.close();
}
