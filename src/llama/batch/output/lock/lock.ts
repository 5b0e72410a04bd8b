import { randomUUID } from "node:crypto";
import { readFileSync, unlinkSync } from "node:fs";
import { type FileHandle, open } from "node:fs/promises";
import { JobError, reasonOf } from "../../../errors.ts";
import { atEnd } from "./at-end.ts";
import { isCode, NotALock, readLock, removeFile } from "./lock-file.ts";
import { type Owner, ownerWith } from "./owner.ts";
import { type Holder, takeLock } from "./take.ts";

/** How long the lock of another host holds after its last renewal. */
const LEASE_MS = 60_000;
const RENEW_MS = 5000;

/** Times, for tests. */
export interface LockOptions {
	/** @default 60 s */
	readonly leaseMs?: number;
	/** @default 5 s */
	readonly renewMs?: number;
}

/**
 * The right to write a file, as a file beside it. It is renewed every few seconds: a host that sees none of the owner's
 * processes goes by the time of the last renewal.
 */
export class Lock {
	readonly #target: string;
	readonly #path: string;
	readonly #owner: Owner;
	readonly #leaseMs: number;
	readonly #timer: NodeJS.Timeout;
	readonly #forget: () => void;
	#renewing: Promise<void> | undefined;
	#renewed = moment();
	#failure: JobError | undefined;

	private constructor(target: string, owner: Owner, { leaseMs = LEASE_MS, renewMs = RENEW_MS }: LockOptions) {
		this.#target = target;
		this.#path = lockPath(target);
		this.#owner = owner;
		this.#leaseMs = leaseMs;
		this.#timer = setInterval(() => void this.#renew(), renewMs).unref();
		this.#forget = atEnd(() => this.#removeNow());
	}

	/**
	 * @param target The file itself, not a link to it.
	 * @throws {JobError} naming who has it.
	 */
	static async take(target: string, options: LockOptions = {}): Promise<Lock> {
		const owner = ownerWith(randomUUID());
		const path = lockPath(target);
		let holder: Holder | undefined;
		try {
			holder = await takeLock(path, owner, options.leaseMs ?? LEASE_MS);
		} catch (error) {
			if (error instanceof NotALock)
				throw new JobError(`Cannot write ${target}: ${error.message}, and its place is needed`);
			throw new JobError(`Cannot write ${target}: its lock ${path} cannot be made (${reasonOf(error)})`, 1, {
				cause: error,
			});
		}
		if (holder !== undefined) throw new JobError(`Cannot write ${target}: ${holderText(holder, path)}`);
		return new Lock(target, owner, options);
	}

	/**
	 * Whether the file is still ours to write: asked before every write, and answered without a look at the disk while
	 * the last renewal is fresh.
	 *
	 * @throws {JobError} if it is not.
	 */
	async check(): Promise<void> {
		// The process or its host may have stood still: then the timer has not run, and others may have taken over.
		if (since(this.#renewed) > this.#leaseMs / 2) await this.#renew();
		if (this.#failure !== undefined) throw this.#failure;
	}

	/** Gives it back. */
	async release(): Promise<void> {
		this.#forget();
		clearInterval(this.#timer);
		await this.#renewing;
		try {
			const there = await readLock(this.#path);
			if (there?.owner?.id === this.#owner.id) await removeFile(this.#path);
		} catch {
			// It ends by itself: with this process, or with its lease.
		}
	}

	#renew(): Promise<void> {
		this.#renewing ??= this.#tryToRenew().finally(() => {
			this.#renewing = undefined;
		});
		return this.#renewing;
	}

	async #tryToRenew(): Promise<void> {
		const started = moment();
		let file: FileHandle | undefined;
		try {
			file = await open(this.#path, "r+");
			const text = await file.readFile("utf8");
			if (!text.includes(this.#owner.id)) this.#lose(`another job has taken it over (${this.#path})`);
			// Written and not touched: so the time is the file server's.
			else {
				await file.write(text, 0);
				await file.datasync();
				this.#renewed = started;
			}
		} catch (error) {
			if (isCode(error, "ENOENT")) this.#lose(`its lock ${this.#path} was removed`);
			else if (since(this.#renewed) > this.#leaseMs)
				this.#lose(`its lock ${this.#path} could not be renewed for too long (${reasonOf(error)})`);
		} finally {
			await file?.close().catch(() => {});
		}
	}

	#lose(why: string): void {
		this.#failure ??= new JobError(
			`Cannot go on with ${this.#target}: ${why}; what is answered is there, and --resume goes on`,
		);
	}

	/** For the end of the process, when nothing can be awaited any more. */
	#removeNow(): void {
		try {
			if (readFileSync(this.#path, "utf8").includes(this.#owner.id)) unlinkSync(this.#path);
		} catch {
			// It ends by itself, too.
		}
	}
}

function lockPath(target: string): string {
	return `${target}.lock`;
}

function holderText({ owner, leftMs }: Holder, path: string): string {
	const wait = `if that job is gone, its lock ends in ${Math.ceil((leftMs ?? 0) / 1000)} s`;
	if (owner === undefined) return `another job is about to write it (${path}); ${wait}`;
	const { host, pid } = owner;
	if (pid === process.pid && leftMs === undefined)
		return `this program writes it already (pid ${pid}, ${path})`;
	const text = `another job writes it: pid ${pid} on host ${host} (${path})`;
	return leftMs === undefined ? text : `${text}; ${wait}`;
}

/** A moment on two clocks: the one stands still while the host sleeps, the other may be set back. */
interface Moment {
	readonly steadyMs: number;
	readonly wallMs: number;
}

function moment(): Moment {
	return { steadyMs: performance.now(), wallMs: Date.now() };
}

function since({ steadyMs, wallMs }: Moment): number {
	return Math.max(performance.now() - steadyMs, Date.now() - wallMs);
}
