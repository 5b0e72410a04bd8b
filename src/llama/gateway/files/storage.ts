import { JobError, reasonOf } from "../../errors.ts";
import { BatchStore, type BatchStoreOptions } from "./batch-store.ts";
import { DataFolder } from "./data-folder.ts";
import { FileStore } from "./file-store.ts";

/** A server's files and batches. */
export class Storage {
	readonly files: FileStore;
	readonly batches: BatchStore;
	readonly #folder: DataFolder;
	readonly #begin: () => void;
	#closing: Promise<void> | undefined;

	private constructor(folder: DataFolder, files: FileStore, batches: BatchStore, begin: () => void) {
		this.#folder = folder;
		this.files = files;
		this.batches = batches;
		this.#begin = begin;
	}

	/** @throws {JobError} the folder cannot be used, or another server has it. */
	static async open(path: string, options: Omit<BatchStoreOptions, "files">): Promise<Storage> {
		const folder = await DataFolder.open(path);
		try {
			const files = await FileStore.open(folder);
			let begin = () => {};
			const loaded = new Promise<void>((resolve) => {
				begin = resolve;
			});
			const batches = await BatchStore.open(folder, { ...options, files }, loaded);
			return new Storage(folder, files, batches, begin);
		} catch (error) {
			await folder.release();
			throw new JobError(`Cannot use --data-dir ${path}: ${reasonOf(error)}`, 1, { cause: error });
		}
	}

	/** Nothing is kept any more. */
	get closed(): boolean {
		return this.#closing !== undefined;
	}

	/** The model is there: batches run. */
	begin(): void {
		this.#begin();
	}

	/** Stops what runs, which the next start goes on with, and lets another server have the folder. */
	close(): Promise<void> {
		this.#closing ??= this.#close();
		return this.#closing;
	}

	async #close(): Promise<void> {
		this.#begin();
		await this.batches.close();
		await this.#folder.release();
	}
}
