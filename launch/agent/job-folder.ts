import { rmSync } from "node:fs";
import { join } from "node:path";
import { Guard } from "../../src/base/process/guard.ts";
import { JOB_ID_VARIABLE } from "../../src/control/environment.ts";
import type { Preload } from "../link/protocol.ts";
import { makePrivateFolder } from "../machine/private-folder.ts";
import type { PreloadedFiles } from "./preloaded-files.ts";

/** Tenths of a second between SIGTERM and SIGKILL: all must be gone 5 seconds after the agent. */
const GRACE_TENTHS = 15;

/**
 * What the job has on this host while it runs: a folder that only the user can enter, with sockets, pipes and
 * preloaded files, and a guard that ends the ranks and removes the folder should the agent be killed.
 */
export class JobFolder {
	readonly path = makePrivateFolder();
	readonly #jobId: string;
	#guard: Guard | undefined;
	/** While they are on their way: their module is loaded only for jobs that preload files. */
	#incoming: Promise<PreloadedFiles> | undefined;
	#files: PreloadedFiles | undefined;

	constructor(jobId: string) {
		this.#jobId = jobId;
	}

	/** The socket by which ranks reach the agent. */
	get controlPath(): string {
		return join(this.path, "control.sock");
	}

	/** The files of --preload, once they are there. */
	get files(): PreloadedFiles | undefined {
		return this.#files;
	}

	/** Starts the guard, if it has not been started. */
	guard(): void {
		this.#guard ??= new Guard({
			name: "tsmpi-guard",
			folder: this.path,
			graceTenths: GRACE_TENTHS,
			mark: `${JOB_ID_VARIABLE}=${this.#jobId}`,
		});
	}

	/** Puts a process group under guard, once there is one. */
	watch(group: number): void {
		this.#guard?.watch(group);
	}

	/** A process group is gone. */
	forget(group: number): void {
		this.#guard?.forget(group);
	}

	/**
	 * Prepares for preloaded files; resolves once `takeChunk` and `endFile` have brought them all. Rejects with
	 * LaunchError.
	 *
	 * @param credit Called when so many bytes have been written.
	 */
	async receiveFiles(preload: Preload, credit: (bytes: number) => void): Promise<void> {
		this.guard();
		this.#incoming = import("./preloaded-files.ts").then(
			({ PreloadedFiles }) => new PreloadedFiles(this.path, preload, credit),
		);
		this.#files = await this.#incoming;
		await this.#files.ready;
	}

	/** Bytes of a preloaded file. */
	takeChunk(file: number, chunk: Uint8Array): void {
		void this.#incoming?.then((files) => files.take(file, chunk), rejectedElsewhere);
	}

	/** A preloaded file is complete. */
	endFile(file: number): void {
		void this.#incoming?.then((files) => files.end(file), rejectedElsewhere);
	}

	/** Nothing of the job runs any more: removes the folder, and resolves once the guard is gone too. */
	async remove(): Promise<void> {
		rmSync(this.path, { recursive: true, force: true });
		await this.#guard?.dismiss();
	}
}

/** `receiveFiles` rejects too, and tells. */
function rejectedElsewhere(): void {}
