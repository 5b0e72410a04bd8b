import { readdir, rm, stat } from "node:fs/promises";
import { JobError, reasonOf } from "../../errors.ts";
import type { Defaults } from "../../openai/task.ts";
import type { Gateway } from "../core/gateway.ts";
import { type BatchObject, isOver, newBatch, nowSeconds } from "./batch-object.ts";
import { type DataFolder, newId } from "./data-folder.ts";
import type { FileStore } from "./file-store.ts";
import { readJson, writeJson } from "./json-file.ts";
import { countLines, runBatchFile, splitAnswers } from "./run-batch-file.ts";

/** What runs batches. */
export interface BatchStoreOptions {
	readonly gateway: Gateway;
	readonly files: FileStore;
	readonly defaults: () => Defaults;
	/** The served model's name. */
	readonly model: () => string;
	/** Hears of bugs. */
	readonly onError: (error: unknown) => void;
}

/** What a client asks for. */
export type BatchWish = Pick<
	Parameters<typeof newBatch>[0],
	"endpoint" | "inputFileId" | "completionWindow" | "windowSeconds" | "metadata"
>;

type Stop = "cancelled" | "expired" | "server";

/** Batches, of which one runs at a time, in the order in which they came. Those of an earlier start go on. */
export class BatchStore {
	readonly #folder: DataFolder;
	readonly #options: BatchStoreOptions;
	readonly #batches = new Map<string, BatchObject>();
	readonly #stops = new Map<string, AbortController>();
	#line: Promise<void> = Promise.resolve();
	#closed = false;

	private constructor(folder: DataFolder, options: BatchStoreOptions) {
		this.#folder = folder;
		this.#options = options;
	}

	/** Reads what an earlier start has left. Nothing runs before `begin` resolves. */
	static async open(
		folder: DataFolder,
		options: BatchStoreOptions,
		begin: Promise<void>,
	): Promise<BatchStore> {
		const store = new BatchStore(folder, options);
		store.#line = begin;
		const names = (await readdir(folder.batches)).filter((name) => name.endsWith(".json")).sort();
		for (const name of names) {
			const batch = await readJson<BatchObject>(folder.batch(name.slice(0, -".json".length)).state);
			if (batch === undefined) continue;
			store.#batches.set(batch.id, batch);
			if (!isOver(batch)) store.#enqueue(batch);
		}
		return store;
	}

	get(id: string): BatchObject | undefined {
		return this.#batches.get(id);
	}

	/** The newest first. */
	list(): BatchObject[] {
		return [...this.#batches.values()].reverse();
	}

	async create(wish: BatchWish): Promise<BatchObject> {
		const batch = newBatch({ ...wish, id: newId("batch") });
		await this.#save(batch);
		this.#batches.set(batch.id, batch);
		this.#enqueue(batch);
		return batch;
	}

	/** Ends a batch early; what has been answered stays. False if it is over already. */
	async cancel(batch: BatchObject): Promise<boolean> {
		if (isOver(batch)) return false;
		if (batch.status !== "cancelling") {
			batch.status = "cancelling";
			batch.cancelling_at = nowSeconds();
			await this.#save(batch);
		}
		this.#stops.get(batch.id)?.abort("cancelled" satisfies Stop);
		return true;
	}

	/** Stops what runs. The next start goes on with it. */
	async close(): Promise<void> {
		this.#closed = true;
		for (const stop of this.#stops.values()) stop.abort("server" satisfies Stop);
		await this.#line;
	}

	#enqueue(batch: BatchObject): void {
		const stop = new AbortController();
		this.#stops.set(batch.id, stop);
		if (batch.status === "cancelling") stop.abort("cancelled" satisfies Stop);
		this.#line = this.#line.then(() => this.#run(batch, stop)).catch(this.#options.onError);
	}

	async #run(batch: BatchObject, stop: AbortController): Promise<void> {
		if (this.#closed) return;
		const left = batch.expires_at * 1000 - Date.now();
		const expiry = setTimeout(() => stop.abort("expired" satisfies Stop), Math.max(0, left));
		try {
			if (!stop.signal.aborted) await this.#answer(batch, stop.signal);
			if (stop.signal.reason !== "server") await this.#finish(batch, stop.signal.reason as Stop | undefined);
		} catch (error) {
			if (!(error instanceof JobError)) throw error;
			await this.#fail(batch, error);
		} finally {
			clearTimeout(expiry);
			this.#stops.delete(batch.id);
		}
	}

	async #answer(batch: BatchObject, signal: AbortSignal): Promise<void> {
		const { files, gateway, defaults, model } = this.#options;
		const file = await files.get(batch.input_file_id);
		if (file === undefined)
			throw new JobError(`Cannot run the batch: its file ${batch.input_file_id} is gone`);
		const input = files.pathOf(file.id);
		const total = await countLines(input);
		const answers = this.#folder.batch(batch.id).answers;
		const before = await answeredIn(answers);
		batch.request_counts = { total, ...before };
		batch.status = "in_progress";
		batch.in_progress_at ??= nowSeconds();
		await this.#save(batch);
		await runBatchFile(
			{ input, name: file.filename, answers, endpoint: batch.endpoint },
			{
				...{ gateway, model, signal, defaults: defaults() },
				onEnd: (ok) => {
					batch.request_counts[ok ? "completed" : "failed"] += 1;
				},
			},
		);
	}

	async #finish(batch: BatchObject, stop: Stop | undefined): Promise<void> {
		batch.finalizing_at = nowSeconds();
		if (stop === undefined) batch.status = "finalizing";
		await this.#save(batch);
		const { answers } = this.#folder.batch(batch.id);
		if (await exists(answers)) await this.#keep(batch, answers);
		const over = stop === "cancelled" || stop === "expired" ? stop : "completed";
		batch.status = over;
		batch[`${over}_at`] = nowSeconds();
		await this.#save(batch);
		await rm(answers, { force: true });
	}

	/** Makes files of the answers and of the errors, if there are any. */
	async #keep(batch: BatchObject, answers: string): Promise<void> {
		const { files } = this.#options;
		const output = files.create(`${batch.id}_output.jsonl`, () => "batch_output");
		const errors = files.create(`${batch.id}_error.jsonl`, () => "batch_output");
		const { completed, failed } = await splitAnswers(answers, { output: output.path, errors: errors.path });
		batch.request_counts = { ...batch.request_counts, completed, failed };
		if (completed > 0) batch.output_file_id = (await output.keep()).id;
		else await rm(output.path);
		if (failed > 0) batch.error_file_id = (await errors.keep()).id;
		else await rm(errors.path);
	}

	async #fail(batch: BatchObject, error: JobError): Promise<void> {
		const data = [
			{
				code: "invalid_file",
				message: reasonOf(error).replaceAll(this.#options.files.pathOf(batch.input_file_id), "the file"),
				param: null,
				line: null,
			},
		];
		batch.errors = { object: "list", data };
		batch.status = "failed";
		batch.failed_at = nowSeconds();
		await this.#save(batch);
	}

	async #save(batch: BatchObject): Promise<void> {
		await writeJson(this.#folder.batch(batch.id).state, batch);
	}
}

async function exists(path: string): Promise<boolean> {
	return await stat(path).then(
		() => true,
		() => false,
	);
}

/** What an earlier start has answered. */
async function answeredIn(path: string): Promise<{ readonly completed: number; readonly failed: number }> {
	if (!(await exists(path))) return { completed: 0, failed: 0 };
	return await splitAnswers(path, { output: "/dev/null", errors: "/dev/null" });
}
