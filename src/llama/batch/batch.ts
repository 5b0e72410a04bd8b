import { realpath, rename, stat } from "node:fs/promises";
import type { Prompt } from "../engine/prompt.ts";
import { JobError } from "../errors.ts";
import type { Answer } from "../openai/answer.ts";
import type { Failure } from "../openai/failure.ts";
import { answerLine, failureLine, keyOf } from "./output/answer-line.ts";
import { type Entry, Input, type InputOptions } from "./files/input.ts";
import { Journal } from "./output/journal.ts";
import { KeyTable, sameFingerprint } from "./output/key-table.ts";
import { readOldAnswers } from "./output/old-answers.ts";
import { orderAnswers } from "./output/order.ts";
import { type BadLine, type BatchRequest, fingerprintOf, isRequest } from "./files/request.ts";

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

/** The files of a job: requests come out of it and answers go in, of which each request gets one. */
export class Batch {
	readonly #options: BatchOptions;
	readonly #input: Input;
	/** Opened when the first request is asked for: until then an old output stays as it is. */
	#journal: Journal | undefined;
	/** Known keys; not kept where nothing asks for them. */
	readonly #table: KeyTable | undefined;
	readonly #retried: number;
	/** Failed answers of an earlier run that stay. */
	readonly #failed: number;
	#read = 0;
	#skipped = 0;

	private constructor(
		options: BatchOptions,
		input: Input,
		known: { readonly table?: KeyTable | undefined; readonly removed: number; readonly failed: number },
	) {
		this.#options = options;
		this.#input = input;
		this.#table = known.table;
		this.#retried = known.removed;
		this.#failed = known.failed;
	}

	/**
	 * Opens the files, and with `resume` reads what has been answered.
	 *
	 * @throws {JobError} if a file cannot be used, or an answered request has another body now.
	 */
	static async open(options: BatchOptions): Promise<Batch> {
		const { in: prompts, out, resume, retryFailed } = options;
		const input = await Input.open(options);
		if (out === undefined) return new Batch(options, input, { removed: 0, failed: 0 });
		await refuseSameFile(prompts, out);
		const table = resume || input.form === "batch" ? new KeyTable() : undefined;
		let removed = 0;
		let failed = 0;
		if (resume && table !== undefined) {
			({ removed, failed } = await readOldAnswers(out, table, retryFailed));
			await refuseOtherBodies(input, table, out);
		}
		return new Batch(options, input, { table, removed, failed });
	}

	/** How many requests were read, left out and run again so far. */
	get counts(): BatchCounts {
		return { read: this.#read, skipped: this.#skipped, retried: this.#retried };
	}

	/** How many requests will come, if that is known. */
	get total(): number | undefined {
		const { resume } = this.#options;
		return resume ? undefined : this.#input.count;
	}

	/** Lines that are safely in the output; undefined without one. */
	get written(): number | undefined {
		return this.#journal?.written;
	}

	/** With `resume`, looks whether every request has its answer already; undefined where something is left to do. */
	async findDone(): Promise<DoneBatch | undefined> {
		const { resume, out } = this.#options;
		const table = this.#table;
		if (!resume || out === undefined || table === undefined || table.size === 0) return undefined;
		let requests = 0;
		try {
			for await (const entries of this.#input.entries()) {
				for (const entry of entries) {
					if (this.#unanswered(entry, table) !== undefined) return undefined;
					requests += 1;
				}
			}
			return { requests, failed: this.#failed, out };
		} finally {
			table.forgetPlaces();
		}
	}

	/** Prompts from the beginning, to measure with. */
	async sample(count: number): Promise<Prompt[]> {
		const prompts: Prompt[] = [];
		for await (const entries of this.#input.entries()) {
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
		this.#skipped = 0;
		const { out, resume } = this.#options;
		if (out !== undefined) {
			if (!resume) await moveAway(out);
			this.#journal = await Journal.open(out);
		}
		for await (const entries of this.#input.entries()) {
			const open: (BatchRequest | BadLine)[] = [];
			for (const entry of entries) {
				this.#read += 1;
				const request = this.#table === undefined ? entry.request : this.#unanswered(entry, this.#table);
				if (request === undefined) this.#skipped += 1;
				else open.push(request);
			}
			yield open;
		}
	}

	/**
	 * A request ended well.
	 *
	 * @returns A promise while the disk is far behind; it resolves when the disk has caught up.
	 * @throws {JobError} if an earlier line could not be written.
	 */
	answer(request: BatchRequest, rank: number, answer: Answer, model: string): Promise<void> | undefined {
		return this.#journal?.write(answerLine(request, rank, answer, model));
	}

	/** A request or a bad line ended otherwise. Returns and throws as `answer` does. */
	fail(request: BatchRequest | BadLine, rank: number | null, failure: Failure): Promise<void> | undefined {
		return this.#journal?.write(failureLine(request, rank, failure));
	}

	/** Whether another job can go on where this one is interrupted. */
	get resumable(): boolean {
		return this.#options.out !== undefined && this.#options.out !== "-";
	}

	/** Writes what is left, and puts it in order if that is asked for; not if an interrupted job is to be gone on with. */
	async close({ order = true }: { readonly order?: boolean } = {}): Promise<void> {
		const { out, ordered } = this.#options;
		if (this.#journal === undefined || out === undefined) return;
		await this.#journal.close();
		if (!order) return;
		const plain = this.#input.form !== "batch";
		if (!(ordered || plain) || !(await stat(out)).isFile()) return;
		await orderAnswers(out, (key) => (plain ? Number(key) : this.#table?.get(key)?.place));
	}

	#unanswered({ request, number, line }: Entry, table: KeyTable): BatchRequest | BadLine | undefined {
		const key = keyOf(request);
		const known = table.get(key);
		if (known?.place !== undefined && known.place !== request.id) {
			if (request.customId === null) return undefined;
			const second = duplicate(request, number, line, this.#input.path);
			return this.#unanswered({ request: second, number, line }, table);
		}
		const answered = known?.answered ?? false;
		table.set(key, request.fingerprint, { place: request.id, answered });
		return answered ? undefined : request;
	}
}

/** The answer of a custom_id belongs to its first line: this one ends as an error that has none. */
function duplicate(
	{ id, customId }: BatchRequest | BadLine,
	number: number,
	line: string,
	path: string | undefined,
): BadLine {
	return {
		id,
		batch: true,
		customId: null,
		fingerprint: fingerprintOf(`line ${number}`, line),
		...{ number, code: "duplicate_custom_id" },
		message: `Cannot run line ${number} of ${path}: its custom_id ${JSON.stringify(customId)} is that of an earlier line`,
	};
}

/** @throws {JobError} if a request that has an answer is not what it was then. */
async function refuseOtherBodies(input: Input, table: KeyTable, out: string): Promise<void> {
	if (table.size === 0) return;
	for await (const entries of input.entries()) {
		for (const { request, number } of entries) {
			const key = keyOf(request);
			const known = table.get(key);
			if (known === undefined || known.place !== undefined) continue;
			if (!sameFingerprint(known, request.fingerprint)) {
				const name = input.form === "batch" ? `custom_id ${JSON.stringify(request.customId)}` : "the prompt";
				throw new JobError(
					`Cannot resume with ${out}: ${name} in line ${number} of ${input.path ?? "the built-in prompts"} has another body than when it was answered`,
				);
			}
			table.set(key, request.fingerprint, { place: request.id, answered: true });
		}
	}
	table.forgetPlaces();
}

async function refuseSameFile(prompts: string | undefined, out: string): Promise<void> {
	if (prompts === undefined) return;
	const [from, to] = await Promise.all([realpath(prompts), realpath(out).catch(() => undefined)]);
	if (from === to) throw new JobError(`Cannot write the answers to ${out}: the prompts are in it`, 2);
}

/** Answers that cost hours must not be lost for a forgotten --resume. */
async function moveAway(out: string): Promise<void> {
	const stats = await stat(out).catch(() => undefined);
	if (stats === undefined || !stats.isFile() || stats.size === 0) return;
	await rename(out, `${out}.old`);
	process.stderr.write(
		`${out} had answers: they are in ${out}.old now; to go on with them, rename it back and use --resume\n`,
	);
}
