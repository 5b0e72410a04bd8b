import { constants } from "node:fs";
import { type FileHandle, open } from "node:fs/promises";
import { cannotWrite, JobError } from "../../errors.ts";
import { isCode } from "./lock/lock-file.ts";
import { whatHappened } from "./watch.ts";

/** So much may wait to be written; beyond it no work is handed out. */
const MOST_WAITING_BYTES = 4 << 20;

/**
 * A file to which lines are appended. Those that come while others are being written and synced form the next group, so
 * that neither a slow disk nor a fast engine makes a sync for every line. After each sync it looks at the file: lines
 * count as written only where they are found.
 */
export class Journal {
	readonly #path: string;
	readonly #file: FileHandle;
	/** A pipe or a terminal cannot be synced. */
	readonly #regular: boolean;
	readonly #mayWrite: () => Promise<void>;
	/** How long the file is. */
	#size: number;
	readonly #hadMore: boolean;
	#lines: string[] = [];
	#waiting = 0;
	#flushing: Promise<void> | undefined;
	#failure: JobError | undefined;
	#written = 0;

	private constructor(
		path: string,
		file: FileHandle,
		size: number | undefined,
		mayWrite: () => Promise<void>,
	) {
		this.#path = path;
		this.#file = file;
		this.#regular = size !== undefined;
		this.#size = size ?? 0;
		this.#hadMore = this.#size > 0;
		this.#mayWrite = mayWrite;
	}

	/**
	 * @param mayWrite Asked before each group; rejects with a JobError if the file is somebody else's now.
	 * @throws {JobError}
	 */
	static async open(path: string, mayWrite: () => Promise<void> = async () => {}): Promise<Journal> {
		try {
			const file = await open(path, constants.O_WRONLY | constants.O_APPEND | constants.O_CREAT);
			const stats = await file.stat();
			return new Journal(path, file, stats.isFile() ? stats.size : undefined, mayWrite);
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

	/** @throws {JobError} if a line could not be written, or is not in the file any more. */
	async close(): Promise<void> {
		await this.#flushing;
		try {
			if (this.#failure === undefined) await this.#look(this.#written);
			// A network file system may tell only now that it is full.
			await this.#file.close();
		} catch (error) {
			this.#failure ??= this.#failureOf(error);
			await this.#file.close().catch(() => {});
		}
		if (this.#failure !== undefined) throw this.#failure;
	}

	async #flush(): Promise<void> {
		try {
			while (this.#lines.length > 0) {
				const lines = this.#lines;
				const waiting = this.#waiting;
				this.#lines = [];
				const bytes = Buffer.from(`${lines.join("\n")}\n`);
				await this.#mayWrite();
				await this.#file.appendFile(bytes);
				if (this.#regular) await this.#file.datasync();
				this.#size += bytes.length;
				await this.#look(this.#written + lines.length);
				this.#written += lines.length;
				this.#waiting -= waiting;
			}
		} catch (error) {
			this.#failure = this.#failureOf(error);
		} finally {
			this.#flushing = undefined;
		}
	}

	async #look(answers: number): Promise<void> {
		if (!this.#regular) return;
		const [path, file, size, hadMore] = [this.#path, this.#file, this.#size, this.#hadMore];
		const event = await whatHappened({ path, file, size, answers, hadMore });
		if (event === undefined) return;
		// Where the others are nobody here can know.
		this.#written = 0;
		throw new JobError(`Cannot go on with ${path}: ${event}`);
	}

	#failureOf(error: unknown): JobError {
		if (error instanceof JobError) return error;
		if (isCode(error, "EPIPE")) {
			return new JobError(`Cannot write ${this.#path}: nobody reads it any more`, 1, { cause: error });
		}
		return cannotWrite(this.#path, error);
	}
}
