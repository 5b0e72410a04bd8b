import { randomBytes } from "node:crypto";
import { chmod, mkdir, readdir } from "node:fs/promises";
import { join } from "node:path";
import { Lock } from "../../batch/output/lock/lock.ts";
import { JobError, reasonOf } from "../../errors.ts";

const FOLDERS = ["files", "batches"] as const;

/** The folder of a server's files and batches, which one server owns and nobody else may read. */
export class DataFolder {
	readonly path: string;
	readonly #lock: Lock;

	private constructor(path: string, lock: Lock) {
		this.path = path;
		this.#lock = lock;
	}

	/** @throws {JobError} it cannot be made, has other things in it, or another server has it. */
	static async open(path: string): Promise<DataFolder> {
		try {
			await mkdir(path, { recursive: true, mode: 0o700 });
			await refuseOthers(path);
			for (const folder of FOLDERS) await mkdir(join(path, folder), { recursive: true, mode: 0o700 });
			await chmod(path, 0o700);
			return new DataFolder(path, await Lock.take(join(path, "server")));
		} catch (error) {
			const reason = reasonOf(error).replace(`Cannot write ${join(path, "server")}: `, "");
			throw new JobError(`Cannot use --data-dir ${path}: ${reason}`, 1, { cause: error });
		}
	}

	get files(): string {
		return join(this.path, "files");
	}

	get batches(): string {
		return join(this.path, "batches");
	}

	/** What a file's bytes, and what is known of it, are stored as. */
	file(id: string): { readonly content: string; readonly facts: string } {
		const content = join(this.files, id);
		return { content, facts: `${content}.json` };
	}

	/** What a batch's state, and its answers while it runs, are stored as. */
	batch(id: string): { readonly state: string; readonly answers: string } {
		const path = join(this.batches, id);
		return { state: `${path}.json`, answers: `${path}.jsonl` };
	}

	async release(): Promise<void> {
		await this.#lock.release();
	}
}

/** Nobody else may read the folder from now on: that must not be one that others use. */
async function refuseOthers(path: string): Promise<void> {
	const names = await readdir(path);
	const other = names.find((name) => !FOLDERS.some((own) => own === name) && !name.startsWith("server.lock"));
	if (other === undefined || FOLDERS.every((own) => names.includes(own))) return;
	throw new JobError(`it has other things in it, such as ${other}: name a new or an empty folder`);
}

let last = 0;

/** A new id, which sorts after those before it. */
export function newId(prefix: string): string {
	last = Math.max(last + 1, Date.now());
	return `${prefix}${last.toString(36)}${randomBytes(9).toString("hex")}`;
}
