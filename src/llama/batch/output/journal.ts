import { type FileHandle, open } from "node:fs/promises";
import { cannotWrite, type JobError } from "../../errors.ts";

/** So much may wait to be written; beyond it no work is handed out. */
const MOST_WAITING_BYTES = 4 << 20;

/**
 * A file to which lines are appended. Those that come while others are being written and synced form the next group, so
 * that neither a slow disk nor a fast engine makes a sync for every line.
 */
export class Journal {
	readonly #path: string;
	readonly #file: FileHandle;
	/** A pipe or a terminal cannot be synced. */
	readonly #regular: boolean;
	#lines: string[] = [];
	#waiting = 0;
	#flushing: Promise<void> | undefined;
	#failure: JobError | undefined;
	#written = 0;

	private constructor(path: string, file: FileHandle, regular: boolean) {
		this.#path = path;
		this.#file = file;
		this.#regular = regular;
	}

	/** @throws {JobError} */
	static async open(path: string): Promise<Journal> {
		try {
			const file = await open(path, "a");
			return new Journal(path, file, (await file.stat()).isFile());
		} catch (error) {
			throw cannotWrite(path, error);
		}
	}

	/** Lines that are in the file. */
	get written(): number {
		return this.#written;
	}

	/**
	 * Takes a line, which will be written soon.
	 *
	 * @returns `pressure`: a promise while too much waits.
	 * @throws {JobError} if an earlier one could not be written.
	 */
	write(line: string): Promise<void> | undefined {
		if (this.#failure !== undefined) throw this.#failure;
		this.#lines.push(line);
		this.#waiting += line.length + 1;
		this.#flushing ??= this.#flush();
		return this.pressure;
	}

	/** While more than 4 MiB wait: resolves when all of it has been written, or one line could not be. */
	get pressure(): Promise<void> | undefined {
		return this.#waiting > MOST_WAITING_BYTES ? this.#flushing : undefined;
	}

	/** @throws {JobError} if a line could not be written. */
	async close(): Promise<void> {
		await this.#flushing;
		await this.#file.close();
		if (this.#failure !== undefined) throw this.#failure;
	}

	async #flush(): Promise<void> {
		try {
			while (this.#lines.length > 0) {
				const lines = this.#lines;
				const bytes = this.#waiting;
				this.#lines = [];
				await this.#file.appendFile(`${lines.join("\n")}\n`);
				if (this.#regular) await this.#file.datasync();
				this.#written += lines.length;
				this.#waiting -= bytes;
			}
		} catch (error) {
			this.#failure = cannotWrite(this.#path, error);
		} finally {
			this.#flushing = undefined;
		}
	}
}
