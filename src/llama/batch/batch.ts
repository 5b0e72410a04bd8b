import { stat } from "node:fs/promises";
import type { Prompt } from "../engine/prompt.ts";
import { JobError } from "../errors.ts";
import type { Answer } from "../openai/answer.ts";
import type { Failure } from "../openai/failure.ts";
import { Answered } from "./answered.ts";
import type { Progress } from "./files/progress.ts";
import { type BadLine, type BatchRequest, isRequest } from "./files/request.ts";
import { Input, type InputOptions } from "./input/input.ts";
import { answerLine, failureLine } from "./output/answer-line.ts";
import { Output } from "./output/output.ts";
import { plainIndex } from "./output/read-answer-line.ts";

/** The files of a job, and how to use them. */
export interface BatchOptions extends InputOptions {
	/** The file to which answers are appended; undefined: they are not written. */
	readonly out: string | undefined;
	/** Go on from the answers that `out` has: only what has none is run. */
	readonly resume: boolean;
	/** With `resume`: run again what failed before. */
	readonly retryFailed: boolean;
	/** Put the answers in the order of the input at the end; those of plain prompts always are. */
	readonly ordered: boolean;
}

/** What became of the lines of the input. */
export interface BatchCounts {
	/** Requests and bad lines that were read. */
	readonly read: number;
	/** Had an answer already. */
	readonly skipped: number;
	/** Of these, those whose answer is a failure. */
	readonly failedBefore: number;
	/** Failed before and were run again. */
	readonly retried: number;
}

/** A batch in which every request has its answer from an earlier run. */
export interface DoneBatch {
	/** All of them. */
	readonly requests: number;
	/** Of these, those that failed. */
	readonly failed: number;
	/** The file that has the answers. */
	readonly out: string;
}

/**
 * The files of a job: requests come out of it and answers go in, of which each request gets one. From `open` to `close` or
 * `release` no other job writes the output.
 */
export class Batch {
	readonly #options: BatchOptions;
	readonly #input: Input;
	readonly #output: Output | undefined;
	/** With an output. */
	readonly #answered: Answered | undefined;
	#read = 0;

	private constructor(
		options: BatchOptions,
		input: Input,
		known: { readonly output?: Output; readonly answered?: Answered | undefined } = {},
	) {
		this.#options = options;
		this.#input = input;
		this.#output = known.output;
		this.#answered = known.answered;
	}

	/**
	 * Opens the files, and with `resume` reads what has been answered.
	 *
	 * @throws {JobError} if a file cannot be used, another job writes the output, or an answered request has another body
	 *   now.
	 */
	static async open(options: BatchOptions): Promise<Batch> {
		const { out, resume, retryFailed } = options;
		// A run without an output may be repeated, and what is resumed is read before it is run.
		const again = resume || out === undefined || options.requests !== undefined;
		const input = await Input.open({ ...options, again });
		if (out === undefined) return new Batch(options, input);
		await refuseSameFile(input.path, out);
		const output = await Output.open(out, resume);
		try {
			const answered = new Answered(input);
			if (resume) await answered.readOld(output, retryFailed);
			return new Batch(options, input, { output, answered });
		} catch (error) {
			await output.release();
			throw error;
		}
	}

	/** How many requests were read, left out and run again so far. */
	get counts(): BatchCounts {
		const { skipped = { all: 0, failed: 0 }, retried = 0 } = this.#answered ?? {};
		return { read: this.#read, skipped: skipped.all, failedBefore: skipped.failed, retried };
	}

	/** How many requests will come, if that is known. */
	get total(): number | undefined {
		const { resume } = this.#options;
		return resume ? undefined : this.#input.count;
	}

	/** How far the file of requests has been read; undefined where its size is not known. */
	get progress(): Progress | undefined {
		return this.#input.progress;
	}

	/**
	 * Looks at the first requests, before anything is started for them.
	 *
	 * @throws {JobError} if there are none, or not one of them can be run.
	 */
	async check(): Promise<void> {
		await this.#input.check();
	}

	/** Lines that are safely in the output; undefined without one. */
	get written(): number | undefined {
		return this.#output?.written;
	}

	/** With `resume`, looks whether every request has its answer already; undefined where something is left to do. */
	async findDone(): Promise<DoneBatch | undefined> {
		const { resume, out } = this.#options;
		const answered = this.#answered;
		if (!resume || out === undefined || answered === undefined || answered.found === 0) return undefined;
		try {
			for await (const entries of this.#input.entries()) {
				for (const entry of entries) if (answered.open(entry) !== undefined) return undefined;
			}
			const { all, failed } = answered.skipped;
			return { requests: all, failed, out };
		} finally {
			answered.rewind();
		}
	}

	/** Prompts from the beginning, to measure with. */
	async sample(count: number): Promise<Prompt[]> {
		const prompts: Prompt[] = [];
		for await (const entries of this.#input.entries(true)) {
			for (const { request } of entries) {
				if (prompts.length === count) return prompts;
				if (isRequest(request) && request.task.kind === "generate") prompts.push(...request.task.prompts);
			}
		}
		return prompts;
	}

	/** All that must still be answered, in order. Without an output it can be run again and again. */
	async *requests(): AsyncGenerator<readonly (BatchRequest | BadLine)[], void, undefined> {
		this.#read = 0;
		this.#answered?.rewind();
		await this.#output?.begin(this.#options.resume);
		for await (const entries of this.#input.entries()) {
			this.#read += entries.length;
			const answered = this.#answered;
			yield answered === undefined
				? entries.map(({ request }) => request)
				: entries.map((entry) => answered.open(entry)).filter((request) => request !== undefined);
		}
	}

	/**
	 * A request ended well.
	 *
	 * @returns A promise while the disk is far behind; it resolves when the disk has caught up.
	 * @throws {JobError} if an earlier line could not be written.
	 */
	answer(request: BatchRequest, rank: number, answer: Answer, model: string): Promise<void> | undefined {
		return this.#output?.write(answerLine(request, rank, answer, model));
	}

	/** A request or a bad line ended otherwise. Returns and throws as `answer` does. */
	fail(request: BatchRequest | BadLine, rank: number | null, failure: Failure): Promise<void> | undefined {
		return this.#output?.write(failureLine(request, rank, failure));
	}

	/** Whether another job can go on where this one is interrupted. */
	get resumable(): boolean {
		return this.#output?.resumable ?? false;
	}

	/**
	 * Writes what is left, and puts it in order if that is asked for; not if an interrupted job is to be gone on with.
	 *
	 * @throws {JobError} if an answer is not in the output.
	 */
	async close({ order = true }: { readonly order?: boolean } = {}): Promise<void> {
		this.#input.close();
		const plain = this.#input.form !== "batch";
		const ordered = order && (plain || this.#options.ordered);
		const placeOf = (key: string) => plainIndex(key) ?? this.#answered?.placeOf(key);
		await this.#output?.close(ordered ? placeOf : undefined);
	}

	/** Lets other jobs write the output, after a failure that is told elsewhere or where nothing is to be run. */
	async release(): Promise<void> {
		await this.#output?.release();
	}
}

async function refuseSameFile(prompts: string | undefined, out: string): Promise<void> {
	if (prompts === undefined) return;
	const [from, to] = await Promise.all([prompts, out].map((path) => stat(path).catch(() => undefined)));
	// Not a terminal, which can be both.
	if (from?.isFile() !== true || from.ino !== to?.ino || from.dev !== to.dev) return;
	throw new JobError(`Cannot write the answers to ${out}: the prompts are in it`, 2);
}
