import { readdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { BatchJob, type BatchJobOptions, readsFile } from "./batch-job.ts";
import { type BatchObject, isOver, type NewBatch, newBatch } from "./batch-object.ts";
import { type DataFolder, newId } from "./data-folder.ts";
import type { FileObject } from "./file-store.ts";
import { readJson, writeJson } from "./json-file.ts";

/** How batches are run. */
export interface BatchStoreOptions extends BatchJobOptions {
	/** Hears of bugs. */
	readonly onError: (error: unknown) => void;
}

/** What a client asks for. */
export type BatchWish = Omit<NewBatch, "id">;

/** Batches, of which one runs at a time, in the order in which they came. Those of an earlier start go on. */
export class BatchStore {
	readonly #folder: DataFolder;
	readonly #options: BatchStoreOptions;
	readonly #jobs = new Map<string, BatchJob>();
	/** Files are looked at before it is their batch's turn, so that mistakes are told soon. */
	#checks: Promise<void> = Promise.resolve();
	#runs: Promise<void>;
	#closed = false;

	private constructor(folder: DataFolder, options: BatchStoreOptions, begin: Promise<void>) {
		this.#folder = folder;
		this.#options = options;
		this.#runs = begin;
	}

	/** Reads what an earlier start has left. Nothing runs before `begin` resolves. */
	static async open(
		folder: DataFolder,
		options: BatchStoreOptions,
		begin: Promise<void>,
	): Promise<BatchStore> {
		const store = new BatchStore(folder, options, begin);
		const names = await readdir(folder.batches);
		for (const name of names.filter((each) => each.endsWith(".json")).sort()) {
			const batch = await readJson<BatchObject>(join(folder.batches, name));
			if (batch !== undefined) store.#add(batch);
		}
		for (const name of names.filter((each) => !each.endsWith(".json"))) {
			const job = store.#jobs.get(name.replace(/\..*/s, ""));
			// What has ended, or was never known to a client, needs no more than its state.
			if (job === undefined || isOver(job.batch)) await rm(join(folder.batches, name), { force: true });
		}
		return store;
	}

	get(id: string): BatchObject | undefined {
		return this.#jobs.get(id)?.batch;
	}

	/** The newest first. */
	list(): BatchObject[] {
		return [...this.#jobs.values()].map(({ batch }) => batch).reverse();
	}

	/** The batch that still needs a file. */
	reader(file: FileObject): BatchObject | undefined {
		return [...this.#jobs.values()].find((job) => readsFile(job, file))?.batch;
	}

	async create(wish: BatchWish): Promise<BatchObject> {
		const batch = newBatch({ ...wish, id: newId("batch_") });
		await writeJson(this.#folder.batch(batch.id).state, batch);
		this.#add(batch);
		return batch;
	}

	/** Ends a batch early; what has been answered stays. False if it is over already. */
	async cancel({ id }: BatchObject): Promise<boolean> {
		const job = this.#jobs.get(id);
		if (job === undefined || isOver(job.batch)) return false;
		await job.cancel();
		return true;
	}

	/** Stops what runs. The next start goes on with it. */
	async close(): Promise<void> {
		this.#closed = true;
		await Promise.all([...this.#jobs.values()].map((job) => job.close()));
		await Promise.all([this.#checks, this.#runs]);
	}

	#add(batch: BatchObject): void {
		const job = new BatchJob(batch, this.#folder, this.#options);
		this.#jobs.set(batch.id, job);
		if (isOver(batch)) return;
		const { onError } = this.#options;
		const checked = this.#checks.then(() => job.check()).catch(onError);
		this.#checks = checked;
		this.#runs = this.#runs
			.then(() => checked)
			.then(() => (this.#closed ? undefined : job.run()))
			.catch(onError);
	}
}
