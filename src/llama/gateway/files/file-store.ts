import { createReadStream, type ReadStream } from "node:fs";
import { readdir, rename, rm, stat } from "node:fs/promises";
import { type DataFolder, newId } from "./data-folder.ts";
import { readJson, writeJson } from "./json-file.ts";

/** OpenAI's object of a file. */
export interface FileObject {
	readonly id: string;
	readonly object: "file";
	readonly bytes: number;
	readonly created_at: number;
	readonly filename: string;
	readonly purpose: string;
	readonly status: "processed";
}

/** Files that clients have sent, or that batches have made. */
export class FileStore {
	readonly #folder: DataFolder;

	constructor(folder: DataFolder) {
		this.#folder = folder;
	}

	/** A place for a new file, and what makes it one once it is written. */
	create(filename: string, purpose: () => string): { readonly path: string; keep(): Promise<FileObject> } {
		const id = newId("file");
		const { content, facts } = this.#folder.file(id);
		const path = `${content}.part`;
		const keep = async (): Promise<FileObject> => {
			const { size } = await stat(path);
			const created = Math.floor(Date.now() / 1000);
			const file: FileObject = {
				...{
					id,
					object: "file",
					bytes: size,
					created_at: created,
					filename,
					purpose: purpose(),
					status: "processed",
				},
			};
			await rename(path, content);
			await writeJson(facts, file);
			return file;
		};
		return { path, keep };
	}

	/** Undefined if there is none of this id. */
	async get(id: string): Promise<FileObject | undefined> {
		return isId(id) ? await readJson<FileObject>(this.#folder.file(id).facts) : undefined;
	}

	/** All of them, the newest first. */
	async list(): Promise<FileObject[]> {
		const names = (await readdir(this.#folder.files)).filter((name) => name.endsWith(".json"));
		const files = await Promise.all(names.map((name) => this.get(name.slice(0, -".json".length))));
		return files.filter((file) => file !== undefined).sort((a, b) => (a.id < b.id ? 1 : -1));
	}

	/** Of a file that is there. */
	content(id: string): ReadStream {
		return createReadStream(this.#folder.file(id).content);
	}

	/** The path of a file that is there. */
	pathOf(id: string): string {
		return this.#folder.file(id).content;
	}

	/** False if there is none of this id. */
	async delete(id: string): Promise<boolean> {
		if ((await this.get(id)) === undefined) return false;
		const { content, facts } = this.#folder.file(id);
		await rm(facts, { force: true });
		await rm(content, { force: true });
		return true;
	}
}

/** An id comes from a URL: it must not lead out of the folder. */
function isId(id: string): boolean {
	return /^[a-z]+-[0-9a-z]{1,64}$/.test(id);
}
