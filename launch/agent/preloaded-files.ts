import { once } from "node:events";
import { createWriteStream, mkdirSync, symlinkSync, type WriteStream, writeFileSync } from "node:fs";
import { join } from "node:path";
import { LaunchError } from "../../src/base/errors.ts";
import type { Preload } from "../link/protocol.ts";
import { packageRoot } from "../machine/package-root.ts";

/** Files that come from the head before the ranks start, in a folder of the job. */
export class PreloadedFiles {
	readonly folder: string;
	readonly #files: Preload["files"];
	readonly #streams: readonly WriteStream[];
	readonly #credit: (bytes: number) => void;
	/** Resolves once all files are there; rejects with LaunchError. */
	readonly ready: Promise<void>;

	/** @param credit Called when so many bytes have been written. */
	constructor(folder: string, { files, moduleType }: Preload, credit: (bytes: number) => void) {
		this.folder = join(folder, "files");
		this.#files = files;
		this.#credit = credit;
		mkdirSync(this.folder);
		// A program among them must find tsmpi, and Node must read it as the same kind of module as in its own folder.
		mkdirSync(join(this.folder, "node_modules"));
		symlinkSync(packageRoot(), join(this.folder, "node_modules", "tsmpi"));
		writeFileSync(join(this.folder, "package.json"), JSON.stringify({ type: moduleType }));
		this.#streams = files.map(({ name, mode }) => createWriteStream(join(this.folder, name), { mode }));
		this.ready = Promise.all(this.#streams.map((stream) => once(stream, "close"))).then(
			() => {},
			(error: Error) => {
				throw new LaunchError(`Cannot write preloaded files to ${this.folder}: ${error.message}`);
			},
		);
		this.ready.catch(() => {});
	}

	take(file: number, chunk: Uint8Array): void {
		this.#streams[file]?.write(chunk, () => this.#credit(chunk.length));
	}

	end(file: number): void {
		this.#streams[file]?.end();
	}

	/** A word of the command line: the path of the copy if it names one of the files. */
	locate(word: string): string {
		const found = this.#files.find(({ typed }) => typed === word);
		return found === undefined ? word : join(this.folder, found.name);
	}
}
