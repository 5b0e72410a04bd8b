import { copyFile, type FileHandle, open } from "node:fs/promises";
import { cannotWrite, JobError } from "../../errors.ts";
import type { KeyTable } from "./key-table.ts";
import { reserveOldName } from "./old-file.ts";
import { type OldAnswer, readAnswerLine } from "./read-answer-line.ts";
import { rewrite } from "./rewrite.ts";
import { wholeLines } from "./whole-lines.ts";

const MOST_AT_ONCE = 1 << 20;

/**
 * Takes note of the answers of an earlier run. A last line that a crash has torn is cut off the file; with
 * `retryFailed` the failed ones are taken out of it. Where an earlier fault has answered a request more than once, the
 * first good answer stays, and the file as it was is kept beside it.
 *
 * @returns how many requests failed and are to be tried again.
 * @throws {JobError} if the file cannot be read, or has lines that this program does not write.
 */
export async function readOldAnswers(path: string, table: KeyTable, retryFailed: boolean): Promise<number> {
	await cutTornLine(path);
	let [failures, doubles] = [0, 0];
	for await (const { key, fingerprint, failed } of answersIn(path)) {
		const known = table.get(key);
		if (known !== undefined) doubles += 1;
		if (failed) failures += 1;
		if (known !== undefined && (failed || !known.failed)) continue;
		table.set(key, fingerprint, { place: undefined, answered: true, failed });
	}
	if (doubles > 0) await keepCopy(path, doubles);
	if (doubles > 0 || (retryFailed && failures > 0))
		await rewrite(path, (file) => copyBest(path, file, table, retryFailed));
	return retryFailed ? table.forgetFailed() : 0;
}

/** Copies one line for each request. Its place in the table is used as a mark that it has it. */
async function copyBest(
	path: string,
	file: FileHandle,
	table: KeyTable,
	retryFailed: boolean,
): Promise<void> {
	let good: string[] = [];
	let length = 0;
	for await (const { key, fingerprint, failed, text } of answersIn(path)) {
		const known = table.get(key);
		if (known === undefined || known.place !== undefined || known.failed !== failed) continue;
		if (failed && retryFailed) continue;
		table.set(key, fingerprint, { ...known, place: 0 });
		good.push(text);
		length += text.length;
		if (length < MOST_AT_ONCE) continue;
		await file.appendFile(`${good.join("\n")}\n`);
		good = [];
		length = 0;
	}
	if (good.length > 0) await file.appendFile(`${good.join("\n")}\n`);
	table.forgetPlaces();
}

async function* answersIn(
	path: string,
): AsyncGenerator<OldAnswer & { readonly text: string }, void, undefined> {
	let number = 0;
	for await (const lines of wholeLines(path)) {
		for (const { text } of lines) {
			number += 1;
			const answer = readAnswerLine(text);
			if (answer === undefined) {
				throw new JobError(
					`Cannot resume with ${path}: its line ${number} is no answer that tsmpi has written`,
				);
			}
			yield { ...answer, text };
		}
	}
}

/** Answers are not thrown away, not even the second one to a request. */
async function keepCopy(path: string, doubles: number): Promise<void> {
	try {
		const name = await reserveOldName(path);
		await copyFile(path, name);
		process.stderr.write(
			`${path} had ${doubles} answers beyond one for each request: they are taken out, and ${name} has the file as it was\n`,
		);
	} catch (error) {
		throw cannotWrite(path, error);
	}
}

async function cutTornLine(path: string): Promise<void> {
	let file: FileHandle | undefined;
	try {
		file = await open(path, "r+");
		const { size } = await file.stat();
		const whole = await lastLineEnd(file, size);
		if (whole < size) await file.truncate(whole);
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
