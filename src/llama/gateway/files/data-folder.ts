import { randomBytes } from "node:crypto";
import { chmod, mkdir } from "node:fs/promises";
import { join } from "node:path";
import { Lock } from "../../batch/output/lock/lock.ts";
import { JobError, reasonOf } from "../../errors.ts";

/** The folder of a server's files and batches, which one server owns and nobody else may read. */
export class DataFolder {
	readonly #path: string;
	readonly #lock: Lock;

	private constructor(path: string, lock: Lock) {
		this.#path = path;
		this.#lock = lock;
	}

	/** @throws {JobError} it cannot be made, or another server has it. */
	static async open(path: string): Promise<DataFolder> {
		try {
			for (const folder of [path, join(path, "files"), join(path, "batches")]) {
				await mkdir(folder, { recursive: true, mode: 0o700 });
			}
			await chmod(path, 0o700);
		} catch (error) {
			throw new JobError(`Cannot use --data-dir ${path}: ${reasonOf(error)}`, 1, { cause: error });
		}
		return new DataFolder(path, await Lock.take(join(path, "server")));
	}

	/** What a file's bytes, and what is known of it, are stored as. */
	file(id: string): { readonly content: string; readonly facts: string } {
		const content = join(this.#path, "files", id);
		return { content, facts: `${content}.json` };
	}

	get files(): string {
		return join(this.#path, "files");
	}

	get batches(): string {
		return join(this.#path, "batches");
	}

	/** What a batch's state, and its answers while it runs, are stored as. */
	batch(id: string): { readonly state: string; readonly answers: string } {
		const path = join(this.#path, "batches", id);
		return { state: `${path}.json`, answers: `${path}.jsonl` };
	}

	async release(): Promise<void> {
		await this.#lock.release();
	}
}

/** A new id, which sorts after those before it. */
export function newId(prefix: string): string {
	return `${prefix}-${Date.now().toString(36)}${randomBytes(9).toString("hex")}`;
}
