import { link, open, readFile, rename, rm, stat } from "node:fs/promises";
import type { Owner } from "./owner.ts";

/** What stands in the place of a lock. */
export interface LockFile {
	/** Undefined: the file is empty, since its maker is still at it or has died over it. */
	readonly owner: Owner | undefined;
	/** When it was last written, by the clock of the file system. */
	readonly writtenMs: number;
}

/** A file in the place of a lock that tsmpi has not made. */
export class NotALock extends Error {}

/** @returns undefined if there is none. @throws {NotALock} if something else is there. */
export async function readLock(path: string): Promise<LockFile | undefined> {
	try {
		const { mtimeMs } = await stat(path);
		const text = await readFile(path, "utf8");
		return { owner: text.trim() === "" ? undefined : parseOwner(text, path), writtenMs: mtimeMs };
	} catch (error) {
		if (isCode(error, "ENOENT", "ESTALE")) return undefined;
		throw error;
	}
}

/**
 * Puts a file in a place where none may be. Of several that try it at once, on whatever hosts, one succeeds.
 *
 * @param own A file that is written already: only its name is new in that place, so that nobody reads half a lock.
 * @param text What is in it, for a file system without hard links.
 * @param makeLink Only tests have their own.
 */
export async function putInPlace(
	own: string,
	place: string,
	text: string,
	makeLink: typeof link = link,
): Promise<boolean> {
	try {
		await makeLink(own, place);
		return true;
	} catch (error) {
		// A network file system may have done it and lost the answer.
		if (isCode(error, "EEXIST")) return await sameFile(own, place);
		if (!isCode(error, "EPERM", "ENOTSUP", "EOPNOTSUPP", "ENOSYS", "EMLINK")) throw error;
	}
	// A file system without hard links.
	try {
		const file = await open(place, "wx");
		try {
			await file.writeFile(text);
			await file.datasync();
		} finally {
			await file.close();
		}
		return true;
	} catch (error) {
		if (isCode(error, "EEXIST")) return false;
		throw error;
	}
}

/** Moves a lock with this id over another. */
export async function moveOver(from: string, to: string, id: string): Promise<void> {
	try {
		await rename(from, to);
	} catch (error) {
		// A network file system may have done it and lost the answer.
		if ((await readLock(to))?.owner?.id !== id) throw error;
	}
}

/** Takes a file away, if it is still there. */
export async function removeFile(path: string): Promise<void> {
	await rm(path, { force: true });
}

function parseOwner(text: string, path: string): Owner {
	try {
		const owner = JSON.parse(text) as Partial<Owner> | null;
		if (typeof owner?.id === "string" && typeof owner.host === "string" && typeof owner.pid === "number") {
			const { start = "", boot = "", namespace = "" } = owner;
			return { id: owner.id, host: owner.host, pid: owner.pid, start, boot, namespace };
		}
	} catch {
		// It is somebody else's file.
	}
	throw new NotALock(`${path} is no lock of tsmpi's`);
}

async function sameFile(one: string, other: string): Promise<boolean> {
	const [a, b] = await Promise.all([stat(one), stat(other).catch(() => undefined)]);
	return a.ino === b?.ino && a.dev === b.dev;
}

/** Whether an error is one of the operating system's with one of these names. */
export function isCode(error: unknown, ...codes: readonly string[]): boolean {
	return codes.includes((error as NodeJS.ErrnoException).code ?? "");
}
