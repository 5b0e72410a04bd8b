import type { Stats } from "node:fs";
import { type FileHandle, open, rename, rm, stat } from "node:fs/promises";
import { cannotWrite, JobError } from "../../errors.ts";
import { syncFolderOf, takeAfter } from "./old-file.ts";

const COPY_BYTES = 1 << 20;

/**
 * Gives a file of answers another content. A crash leaves the old one or the new one, never less: the new one is first
 * written and synced beside it. Usually it then takes the place of the old one; where that would cut hard links or give
 * the file another owner it is copied into it instead, and `finishRewrite` copies again what a crash has interrupted.
 *
 * @param write Writes the new content.
 * @throws {JobError} naming the file.
 */
export async function rewrite(path: string, write: (file: FileHandle) => Promise<void>): Promise<void> {
	const draft = `${path}.tsmpi-draft`;
	try {
		const stats = await stat(path);
		const file = await open(draft, "w", 0o600);
		let movable: boolean;
		try {
			await write(file);
			movable = (await takeAfter(file, stats)) && stats.nlink === 1;
			await file.sync();
		} finally {
			await file.close();
		}
		await rename(draft, movable ? path : wholeName(path, stats));
		await syncFolderOf(path);
		if (!movable) await finishRewrite(path);
	} catch (error) {
		await rm(draft, { force: true }).catch(() => {});
		throw error instanceof JobError ? error : cannotWrite(path, error);
	}
}

/**
 * Copies what a rewrite has left beside a file into it.
 *
 * @throws {JobError} naming the file.
 */
export async function finishRewrite(path: string): Promise<void> {
	try {
		const whole = wholeName(path, await stat(path));
		if ((await stat(whole).catch(() => undefined)) === undefined) return;
		const [from, to] = await Promise.all([open(whole, "r"), open(path, "r+")]);
		try {
			await to.truncate(await copyAll(from, to));
			await to.sync();
		} finally {
			await Promise.all([from.close(), to.close()]);
		}
		await rm(whole);
	} catch (error) {
		throw cannotWrite(path, error);
	}
}

/** @returns how many bytes it were. */
async function copyAll(from: FileHandle, to: FileHandle): Promise<number> {
	const buffer = Buffer.alloc(COPY_BYTES);
	for (let at = 0; ; ) {
		const { bytesRead } = await from.read(buffer, 0, buffer.length, at);
		if (bytesRead === 0) return at;
		await writeAll(to, buffer.subarray(0, bytesRead), at);
		at += bytesRead;
	}
}

/** A disk that is nearly full may take less than it was given. */
export async function writeAll(file: FileHandle, bytes: Uint8Array, position: number | null): Promise<void> {
	for (let done = 0; done < bytes.length; ) {
		const place = position === null ? null : position + done;
		const { bytesWritten } = await file.write(bytes, done, bytes.length - done, place);
		done += bytesWritten;
	}
}

/** With the number of the file, since another one may stand in its place by then. */
function wholeName(path: string, { ino }: Stats): string {
	return `${path}.tsmpi-whole-${ino}`;
}
