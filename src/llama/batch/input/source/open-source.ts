import { createReadStream } from "node:fs";
import { stat } from "node:fs/promises";
import { JobError, reasonOf } from "../../../errors.ts";
import { PipeSource } from "./pipe-source.ts";
import type { Source } from "./source.ts";

const CHUNK_BYTES = 1 << 18;
const STDIN = new Set(["-", "/dev/stdin", "/dev/fd/0", "/proc/self/fd/0"]);

/**
 * Opens a file, a pipe, or with "-" the standard input.
 *
 * @param keep A pipe will be read more than once.
 * @throws {JobError} if there is no such file.
 */
export async function openSource(path: string, keep: boolean): Promise<Source> {
	if (STDIN.has(path)) return new PipeSource("the standard input", process.stdin, keep);
	if (/^https?:\/\//.test(path)) {
		throw new JobError(`Cannot read the prompts in ${path}: fetch it first, for example with curl -O`);
	}
	const stats = await stat(path).catch((error: unknown) => {
		throw cannotRead(path, error);
	});
	if (stats.isDirectory()) throw new JobError(`Cannot read the prompts in ${path}: it is a directory`);
	const open = () => createReadStream(path, { highWaterMark: CHUNK_BYTES });
	if (!stats.isFile()) return new PipeSource(path, open(), keep);
	return { name: path, path, bytes: stats.size, read: open, peek: open, close: () => {} };
}

/** The error of a source that cannot be read. */
export function cannotRead(name: string, error: unknown): JobError {
	if (error instanceof JobError) return error;
	const { code } = error as NodeJS.ErrnoException;
	const reason = code === "ENOENT" ? "there is no such file" : reasonOf(error);
	return new JobError(`Cannot read the prompts in ${name}: ${reason}`, 1, { cause: error });
}
