import { once } from "node:events";
import { createReadStream, createWriteStream } from "node:fs";
import { createInterface } from "node:readline";
import { finished } from "node:stream/promises";
import { isSystemError } from "../../../base/system-error.ts";

/** How many requests of a batch have been answered. */
export interface AnswerCounts {
	readonly completed: number;
	readonly failed: number;
}

/** What a file of answers has; one that is not there has none. */
export async function countAnswers(path: string): Promise<AnswerCounts> {
	let [completed, failed] = [0, 0];
	for await (const { ok } of answersIn(path)) {
		if (ok) completed += 1;
		else failed += 1;
	}
	return { completed, failed };
}

/** Parts answers from errors, as OpenAI's two files have them; `more` are lines of errors besides. */
export async function splitAnswers(
	path: string,
	{ output, errors }: { readonly output: string; readonly errors: string },
	more: AsyncIterable<string>,
): Promise<AnswerCounts> {
	const [good, bad] = [new LineFile(output), new LineFile(errors)];
	try {
		for await (const { line, ok } of answersIn(path)) await (ok ? good : bad).write(line);
		for await (const line of more) await bad.write(line);
	} finally {
		await Promise.all([good.close(), bad.close()]);
	}
	return { completed: good.lines, failed: bad.lines };
}

class LineFile {
	lines = 0;
	readonly #stream;
	readonly #done: Promise<void>;

	constructor(path: string) {
		this.#stream = createWriteStream(path, { mode: 0o600, flush: true });
		this.#done = finished(this.#stream);
		// Told by `close`.
		this.#done.catch(() => {});
	}

	async write(line: string): Promise<void> {
		this.lines += 1;
		if (!this.#stream.write(`${line}\n`)) await Promise.race([once(this.#stream, "drain"), this.#done]);
	}

	async close(): Promise<void> {
		this.#stream.end();
		await this.#done;
	}
}

async function* answersIn(path: string): AsyncGenerator<{ readonly line: string; readonly ok: boolean }> {
	const lines = createInterface({ input: createReadStream(path), crlfDelay: Number.POSITIVE_INFINITY });
	try {
		for await (const line of lines) {
			const ok = isAnswer(line);
			if (ok !== undefined) yield { line, ok };
		}
	} catch (error) {
		if (!isSystemError(error) || error.code !== "ENOENT") throw error;
	}
}

/** Undefined for half a line, which a server that was killed has left: its request is run again. */
function isAnswer(line: string): boolean | undefined {
	try {
		const { response } = JSON.parse(line) as { readonly response?: { readonly status_code?: number } };
		return response?.status_code === 200;
	} catch {
		return undefined;
	}
}
