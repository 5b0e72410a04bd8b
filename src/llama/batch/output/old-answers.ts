import { createReadStream } from "node:fs";
import { type FileHandle, open, rename, stat, truncate } from "node:fs/promises";
import { cannotWrite, JobError, reasonOf } from "../../errors.ts";
import { readAnswerLine } from "./answer-line.ts";
import type { KeyTable } from "./key-table.ts";

export interface OldAnswers {
	/** Answers that stay. */
	readonly kept: number;
	/** Of these, failed ones. */
	readonly failed: number;
	/** Failed ones that were taken out, to be tried again. */
	readonly removed: number;
}

/**
 * Takes note of the answers of an earlier run. A last line that a crash has torn is cut off the file; with
 * `retryFailed` the failed ones are taken out of it.
 *
 * @throws {JobError} if the file cannot be read, or has lines that this program does not write.
 */
export async function readOldAnswers(
	path: string,
	table: KeyTable,
	retryFailed: boolean,
): Promise<OldAnswers> {
	if (!(await exists(path))) return { kept: 0, failed: 0, removed: 0 };
	await cutTornLine(path);
	let kept = 0;
	let failed = 0;
	let removed = 0;
	const keep = retryFailed ? await open(`${path}.tmp`, "w") : undefined;
	try {
		let number = 0;
		for await (const lines of wholeLines(path)) {
			const good: string[] = [];
			for (const { text } of lines) {
				number += 1;
				const answer = readAnswerLine(text);
				if (answer === undefined) {
					throw new JobError(
						`Cannot resume with ${path}: its line ${number} is no answer that tsmpi has written`,
					);
				}
				if (retryFailed && answer.failed) {
					removed += 1;
					continue;
				}
				kept += 1;
				if (answer.failed) failed += 1;
				good.push(`${text}\n`);
				table.set(answer.key, answer.fingerprint, { place: undefined, answered: true });
			}
			await keep?.appendFile(good.join(""));
		}
		await keep?.datasync();
	} finally {
		await keep?.close();
	}
	if (keep !== undefined) await rename(`${path}.tmp`, path);
	return { kept, failed, removed };
}

/** A line of a file of answers, and where it stands there. */
export interface WholeLine {
	readonly text: string;
	readonly offset: number;
	/** With its end. */
	readonly bytes: number;
}

/** The lines of a file that have an end. */
export async function* wholeLines(path: string): AsyncGenerator<readonly WholeLine[], void, undefined> {
	let rest: Buffer = Buffer.alloc(0);
	let offset = 0;
	for await (const chunk of createReadStream(path, { highWaterMark: 1 << 18 }) as AsyncIterable<Buffer>) {
		const bytes = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
		const lines: WholeLine[] = [];
		let start = 0;
		for (let end = bytes.indexOf(10); end >= 0; end = bytes.indexOf(10, start)) {
			lines.push({
				text: bytes.toString("utf8", start, end),
				offset: offset + start,
				bytes: end + 1 - start,
			});
			start = end + 1;
		}
		rest = bytes.subarray(start);
		offset += start;
		if (lines.length > 0) yield lines;
	}
}

async function exists(path: string): Promise<boolean> {
	try {
		const stats = await stat(path);
		if (stats.isFile()) return true;
		throw new JobError(`Cannot resume with ${path}: it is not a regular file`);
	} catch (error) {
		if (error instanceof JobError) throw error;
		if ((error as NodeJS.ErrnoException).code === "ENOENT") return false;
		throw new JobError(`Cannot resume with ${path}: ${reasonOf(error)}`, 1, { cause: error });
	}
}

async function cutTornLine(path: string): Promise<void> {
	let file: FileHandle | undefined;
	try {
		file = await open(path, "r+");
		const { size } = await file.stat();
		const whole = await lastLineEnd(file, size);
		if (whole < size) await truncate(path, whole);
	} catch (error) {
		throw cannotWrite(path, error);
	} finally {
		await file?.close();
	}
}

/** Bytes up to the end of the last line that has one. */
async function lastLineEnd(file: FileHandle, size: number): Promise<number> {
	const chunk = Buffer.alloc(1 << 16);
	for (let end = size; end > 0; ) {
		const start = Math.max(0, end - chunk.length);
		const { bytesRead } = await file.read(chunk, 0, end - start, start);
		const at = chunk.lastIndexOf(10, bytesRead - 1);
		if (at >= 0) return start + at + 1;
		end = start;
	}
	return 0;
}
