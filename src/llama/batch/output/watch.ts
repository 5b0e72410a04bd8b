import type { Stats } from "node:fs";
import { type FileHandle, readlink, stat } from "node:fs/promises";
import { basename } from "node:path";

/** What is known of an open file that only this job may change. */
export interface Watched {
	readonly path: string;
	readonly file: FileHandle;
	/** How long it must be. */
	readonly size: number;
	/** Answers that this job has written to it. */
	readonly answers: number;
	/** It had some before. */
	readonly hadMore: boolean;
}

/**
 * Looks whether a file is still there and as long as it must be.
 *
 * @returns what has happened to it, and where its answers are.
 */
export async function whatHappened({
	path,
	file,
	size,
	answers,
	hadMore,
}: Watched): Promise<string | undefined> {
	const [own, there] = await Promise.all([file.stat(), stat(path).catch(() => undefined)]);
	const more = hadMore ? ", and those that it had before," : "";
	const gone = `${answers} answers of this job${more} are lost`;
	if (own.nlink === 0) {
		return there === undefined
			? `it was deleted during the job: ${gone}`
			: `another file was put in its place during the job: ${gone}`;
	}
	if (!isSame(own, there)) return movedText(await readlink(`/proc/self/fd/${file.fd}`).catch(() => ""), gone);
	if (own.size < size) {
		return `it was cut during the job, from ${size} to ${own.size} bytes: some of the ${answers} answers of this job are lost; --resume runs those again`;
	}
	if (own.size > size) {
		return `something else writes to it: it has ${own.size} bytes, and this job knows of ${size}; once that has ended, --resume goes on`;
	}
	return undefined;
}

function movedText(where: string, gone: string): string {
	// A file that is deleted on a network file system, and still open.
	if (basename(where).startsWith(".nfs")) return `it was deleted during the job: ${gone}`;
	const place = where === "" ? "in the file that was moved" : `in ${where}`;
	return `it was moved during the job: all answers so far are ${place}; move it back and use --resume to go on`;
}

function isSame(own: Stats, there: Stats | undefined): boolean {
	return own.ino === there?.ino && own.dev === there.dev;
}
