import { stat } from "node:fs/promises";
import { Journal } from "./journal.ts";
import type { KeyTable } from "./key-table.ts";
import { Lock, type LockOptions } from "./lock/lock.ts";
import { readOldAnswers } from "./old-answers.ts";
import { createLike, moveAside, syncFolderOf } from "./old-file.ts";
import { orderAnswers } from "./order.ts";
import { finishRewrite } from "./rewrite.ts";
import { findTarget, type Target } from "./target.ts";

/** The file of a job's answers. From `open` to `release` no other job writes it. */
export class Output {
	readonly #target: Target;
	readonly #lock: Lock | undefined;
	/** Opened when the first answer may come: until then an old file stays as it is. */
	#journal: Journal | undefined;

	private constructor(target: Target, lock: Lock | undefined) {
		this.#target = target;
		this.#lock = lock;
	}

	/**
	 * @param resume Whether the answers that it has are to be gone on from.
	 * @throws {JobError} if it cannot be written, or another job writes it.
	 */
	static async open(path: string, resume: boolean, options?: LockOptions): Promise<Output> {
		const target = await findTarget(path, resume);
		if (!target.regular) return new Output(target, undefined);
		const lock = await Lock.take(target.path, options);
		try {
			await finishRewrite(target.path);
			return new Output(target, lock);
		} catch (error) {
			await lock.release();
			throw error;
		}
	}

	/** The file itself where a link was named. */
	get path(): string {
		return this.#target.path;
	}

	/** Lines that are safely in it. */
	get written(): number | undefined {
		return this.#journal?.written;
	}

	/** Whether answers can be read from it later. */
	get resumable(): boolean {
		return this.#target.regular;
	}

	/** See `readOldAnswers`. */
	readOld(table: KeyTable, retryFailed: boolean): Promise<number> {
		return readOldAnswers(this.path, table, retryFailed);
	}

	/** From now on lines can be written. Answers that are not to be gone on from are moved aside. @throws {JobError} */
	async begin(resume: boolean): Promise<void> {
		const { path, regular } = this.#target;
		if (regular && !resume) await this.#makeRoom();
		this.#journal = await Journal.open(path, async () => this.#lock?.check());
		if (regular) await syncFolderOf(path);
	}

	/** See `Journal.write`. */
	write(line: string): Promise<void> | undefined {
		return this.#journal?.write(line);
	}

	/**
	 * Writes what is left, and gives the file back.
	 *
	 * @param placeOf Where the request of a key stands in the input, to put the answers in that order.
	 * @throws {JobError} if an answer is not in the file.
	 */
	async close(placeOf?: (key: string) => number | undefined): Promise<void> {
		try {
			await this.#journal?.close();
			if (placeOf === undefined || !this.#target.regular || this.#journal === undefined) return;
			await this.#lock?.check();
			await orderAnswers(this.path, placeOf);
		} finally {
			await this.#lock?.release();
		}
	}

	/** Gives the file back after a failure that is told elsewhere. */
	async release(): Promise<void> {
		await this.#journal?.close().catch(() => {});
		await this.#lock?.release();
	}

	/** Answers that cost hours must not be lost for a forgotten --resume. */
	async #makeRoom(): Promise<void> {
		const stats = await stat(this.path).catch(() => undefined);
		if (stats === undefined || stats.size === 0) return;
		const old = await moveAside(this.path);
		await createLike(this.path, stats);
		process.stderr.write(
			`${this.path} had answers: they are in ${old} now; to go on with them, rename it back and use --resume\n`,
		);
	}
}
