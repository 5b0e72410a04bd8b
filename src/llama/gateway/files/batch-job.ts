import { rm } from "node:fs/promises";
import { setTimeout as delay } from "node:timers/promises";
import { isSystemError } from "../../../base/system-error.ts";
import { JobError, reasonOf } from "../../errors.ts";
import type { Failure } from "../../openai/failure.ts";
import type { Defaults } from "../../openai/task.ts";
import type { Gateway } from "../core/gateway.ts";
import { countAnswers, splitAnswers } from "./answers.ts";
import { type BatchError, type BatchObject, isOver, nowSeconds } from "./batch-object.ts";
import { checkBatchFile } from "./check-batch-file.ts";
import type { DataFolder } from "./data-folder.ts";
import type { FileObject, FileStore } from "./file-store.ts";
import { writeJson } from "./json-file.ts";
import { type BatchFile, expiredLines, runBatchFile } from "./run-batch-file.ts";

/** What runs batches. */
export interface BatchJobOptions {
	readonly gateway: Gateway;
	readonly files: FileStore;
	readonly defaults: () => Defaults;
	/** The served model's name. */
	readonly model: () => string;
	/** Why a request cannot be run that asks for this model. */
	readonly refuseModel: (asked: string | undefined) => Failure | undefined;
	/** Takes a line for the operator. */
	readonly print: (line: string) => void;
}

/** Why a batch is not gone on with: for good, or until the next start of the server. */
type Stop = "cancelled" | "expired" | "server";

/** A disk that is full may have room soon. */
const RETRY_MS = 5000;

/** A batch, from its coming to its end. */
export class BatchJob {
	readonly batch: BatchObject;
	readonly #folder: DataFolder;
	readonly #options: BatchJobOptions;
	readonly #stop = new AbortController();
	readonly #closing = new AbortController();
	readonly #expiry: ReturnType<typeof setTimeout> | undefined;
	#saved: Promise<void> = Promise.resolve();
	#checked: Promise<void> | undefined;
	#life: Promise<void> | undefined;

	constructor(batch: BatchObject, folder: DataFolder, options: BatchJobOptions) {
		this.batch = batch;
		this.#folder = folder;
		this.#options = options;
		if (isOver(batch)) return;
		const left = Math.max(0, batch.expires_at * 1000 - Date.now());
		this.#expiry = setTimeout(() => this.#end("expired"), left).unref();
		if (batch.status === "cancelling") this.#stop.abort("cancelled" satisfies Stop);
	}

	/** Looks at its file, unless that was done before. */
	check(): Promise<void> {
		this.#checked ??=
			this.batch.status === "validating" ? this.#lasting(() => this.#check()) : Promise.resolve();
		return this.#checked;
	}

	/** Runs it, once. Resolves when nothing more happens to it, in this start of the server at least. */
	run(): Promise<void> {
		this.#life ??= this.#live().finally(() => clearTimeout(this.#expiry));
		return this.#life;
	}

	/** Ends it early; what has been answered stays. */
	async cancel(): Promise<void> {
		const { batch } = this;
		if (batch.status === "cancelling" || batch.status === "finalizing") return;
		batch.status = "cancelling";
		batch.cancelling_at = nowSeconds();
		await this.#lasting(() => this.#save(), "once");
		this.#end("cancelled");
	}

	/** The server ends; the next start goes on with it. */
	async close(): Promise<void> {
		clearTimeout(this.#expiry);
		this.#closing.abort();
		this.#stop.abort("server" satisfies Stop);
		await this.#life;
	}

	/** It does not wait for its turn, since there is nothing to run any more. */
	#end(stop: Stop): void {
		this.#stop.abort(stop);
		// What goes wrong is told at its turn.
		this.run().catch(() => {});
	}

	get #reason(): Stop | undefined {
		const { aborted, reason } = this.#stop.signal;
		return aborted ? (reason as Stop) : undefined;
	}

	async #live(): Promise<void> {
		await this.#checked;
		if (isOver(this.batch)) return;
		try {
			if (this.#reason === undefined) await this.#lasting(() => this.#answer());
			if (this.#reason === "server") return;
			await this.#lasting(() => this.#finish(this.#reason));
		} catch (error) {
			if (!(error instanceof JobError)) throw error;
			await this.#lasting(() => this.#fail([problem("internal_error", this.#reasonOf(error))]));
		}
	}

	async #check(): Promise<void> {
		const { files, defaults } = this.#options;
		const { batch } = this;
		try {
			const input = files.pathOf(batch.input_file_id);
			const { signal } = this.#stop;
			const checked = await checkBatchFile(input, {
				endpoint: batch.endpoint,
				defaults: defaults(),
				signal,
			});
			if (signal.aborted) return;
			const { total, errors } = checked;
			batch.request_counts = { total, completed: 0, failed: 0 };
			if (errors.length > 0) await this.#fail(errors);
			else await this.#save();
		} catch (error) {
			if (!(error instanceof JobError) || isOfDisk(error)) throw error;
			// The advice is for who starts programs.
			const reason = this.#reasonOf(error).replace(/: use --in-format .*/s, "");
			await this.#fail([problem("invalid_file", reason)]);
		}
	}

	async #answer(): Promise<void> {
		const { batch } = this;
		const file = this.#file();
		const before = await countAnswers(file.answers);
		batch.request_counts = { ...batch.request_counts, ...before };
		if (batch.status === "validating") batch.status = "in_progress";
		batch.in_progress_at ??= nowSeconds();
		await this.#save();
		await runBatchFile(file, {
			...this.#options,
			signal: this.#stop.signal,
			onEnd: (ok) => {
				batch.request_counts[ok ? "completed" : "failed"] += 1;
			},
		});
	}

	async #finish(stop: Stop | undefined): Promise<void> {
		const { batch } = this;
		if (stop === undefined) {
			batch.status = "finalizing";
			batch.finalizing_at ??= nowSeconds();
			await this.#save();
		}
		await this.#collect(stop === "expired");
		const over = stop === "cancelled" || stop === "expired" ? stop : "completed";
		await this.#save({ ...batch, status: over, [`${over}_at`]: nowSeconds() });
		await rm(this.#folder.batch(batch.id).answers, { force: true });
	}

	/** Makes files of the answers and of the errors, if there are any. A second time it makes the same two. */
	async #collect(expired: boolean): Promise<void> {
		const { batch } = this;
		const { files } = this.#options;
		const file = this.#file();
		const name = batch.id.replace(/^batch_/, "file-");
		const [output, errors] = [files.create(`${name}o`), files.create(`${name}e`)];
		const more = expired ? expiredLines(file) : nothing();
		try {
			const counts = await splitAnswers(file.answers, { output: output.path, errors: errors.path }, more);
			// Of one that expired while no server ran nobody has counted the lines.
			const total = Math.max(batch.request_counts.total, counts.completed + counts.failed);
			batch.request_counts = { total, ...counts };
			const facts = { purpose: "batch_output", seconds: batch.output_expires_after?.seconds };
			if (counts.completed > 0) {
				const kept = await output.keep({ ...facts, filename: `${batch.id}_output.jsonl` });
				batch.output_file_id = kept.id;
			}
			if (counts.failed > 0) {
				const kept = await errors.keep({ ...facts, filename: `${batch.id}_error.jsonl` });
				batch.error_file_id = kept.id;
			}
		} finally {
			await Promise.all([output.drop(), errors.drop()]);
		}
	}

	async #fail(data: readonly BatchError[]): Promise<void> {
		const errors = { object: "list" as const, data };
		await this.#save({ ...this.batch, errors, status: "failed", failed_at: nowSeconds() });
	}

	#file(): BatchFile {
		const { files, defaults } = this.#options;
		const { id, input_file_id: inputId } = this.batch;
		const input = files.pathOf(inputId);
		const { filename = inputId } = files.get(inputId) ?? {};
		return { input, name: filename, answers: this.#folder.batch(id).answers, defaults: defaults() };
	}

	/** What clients may read of it: where files lie is nobody else's business. */
	#reasonOf(error: JobError): string {
		const { input, name } = this.#file();
		const text = reasonOf(error).replaceAll(input, name);
		if (!text.includes(this.#folder.path)) return text;
		this.#options.print(`The batch ${this.batch.id} has failed: ${reasonOf(error)}`);
		return "The server cannot read or write what it keeps of the batch; its log has more";
	}

	/** Does what the disk may refuse, again and again until it is done or the server ends. */
	async #lasting(step: () => Promise<void>, times: "often" | "once" = "often"): Promise<void> {
		for (let told = false; ; told = true) {
			try {
				await step();
				return;
			} catch (error) {
				if (!isOfDisk(error)) throw error;
				if (!told) this.#options.print(`The batch ${this.batch.id} waits for the disk: ${reasonOf(error)}`);
			}
			if (times === "once") return;
			await delay(RETRY_MS, undefined, { signal: this.#closing.signal }).catch(() => {});
			if (this.#closing.signal.aborted) return;
		}
	}

	/** Nobody sees an end that the disk does not have. One after the other: they write the same file. */
	async #save(state: BatchObject = this.batch): Promise<void> {
		const saved = this.#saved.then(() => writeJson(this.#folder.batch(state.id).state, state));
		this.#saved = saved.catch(() => {});
		await saved;
		Object.assign(this.batch, state);
	}
}

/** What is amiss with the disk, not with the batch. What is not there will not come. */
function isOfDisk(error: unknown): boolean {
	const cause = error instanceof JobError ? error.cause : error;
	return isSystemError(cause) && cause.code !== "ENOENT";
}

function problem(code: string, message: string): BatchError {
	return { code, message, param: null, line: null };
}

async function* nothing(): AsyncGenerator<string> {}

/** What a batch reads, as long as it may be run. */
export function readsFile({ batch }: BatchJob, { id }: FileObject): boolean {
	return batch.input_file_id === id && !isOver(batch);
}
