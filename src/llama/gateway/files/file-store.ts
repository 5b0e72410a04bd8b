import { createReadStream, type ReadStream } from "node:fs";
import { readdir, rename, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { nowSeconds } from "./batch-object.ts";
import { type DataFolder, newId } from "./data-folder.ts";
import { readJson, writeJson } from "./json-file.ts";

/** OpenAI's object of a file. */
export interface FileObject {
	readonly id: string;
	readonly object: "file";
	readonly bytes: number;
	readonly created_at: number;
	/** When it is deleted by itself. */
	readonly expires_at?: number;
	readonly filename: string;
	readonly purpose: string;
	readonly status: "processed";
}

/** What is known of a file once it is written. */
export interface FileFacts {
	readonly filename: string;
	readonly purpose: string;
	/** How long it is kept. @default for ever */
	readonly seconds?: number | undefined;
}

/** A file that is being written. */
export interface NewFile {
	readonly path: string;
	/** It is whole. */
	keep(facts: FileFacts): Promise<FileObject>;
	/** It is not wanted. */
	drop(): Promise<void>;
}

/** Files that clients have sent, or that batches have made. */
export class FileStore {
	readonly #folder: DataFolder;
	readonly #files = new Map<string, FileObject>();

	private constructor(folder: DataFolder) {
		this.#folder = folder;
	}

	/** Reads what an earlier server has left, and takes away what it had not done with. */
	static async open(folder: DataFolder): Promise<FileStore> {
		const store = new FileStore(folder);
		const names = await readdir(folder.files);
		for (const name of names) {
			if (!name.endsWith(".json")) continue;
			const file = await readJson<FileObject>(join(folder.files, name));
			if (file !== undefined) store.#files.set(file.id, file);
		}
		const known = new Set([...store.#files.keys()].flatMap((id) => [id, `${id}.json`]));
		for (const name of names) if (!known.has(name)) await rm(join(folder.files, name), { force: true });
		return store;
	}

	/** A place for a new file. One with a known id is written over. */
	create(id = newId("file-")): NewFile {
		const { content, facts } = this.#folder.file(id);
		const path = `${content}.part`;
		const keep = async ({ filename, purpose, seconds }: FileFacts): Promise<FileObject> => {
			const { size } = await stat(path);
			const created = nowSeconds();
			const file: FileObject = {
				...{ id, object: "file", bytes: size, created_at: created, filename, purpose, status: "processed" },
				...(seconds === undefined ? {} : { expires_at: created + seconds }),
			};
			await rename(path, content);
			await writeJson(facts, file);
			this.#files.set(id, file);
			return file;
		};
		return { path, keep, drop: () => rm(path, { force: true }) };
	}

	/** Undefined if there is none of this id. */
	get(id: string): FileObject | undefined {
		const file = this.#files.get(id);
		return file === undefined || isOver(file) ? undefined : file;
	}

	/** All of them, the newest first. */
	async list(): Promise<FileObject[]> {
		const all = [...this.#files.values()];
		for (const file of all) if (isOver(file)) await this.delete(file.id);
		return all.filter((file) => !isOver(file)).sort((a, b) => (a.id < b.id ? 1 : -1));
	}

	/** Of a file that is there. */
	content(id: string): ReadStream {
		return createReadStream(this.#folder.file(id).content);
	}

	/** The path of a file that is there. */
	pathOf(id: string): string {
		return this.#folder.file(id).content;
	}

	async delete(id: string): Promise<void> {
		if (!this.#files.delete(id)) return;
		const { content, facts } = this.#folder.file(id);
		await rm(facts, { force: true });
		await rm(content, { force: true });
	}
}

function isOver({ expires_at: expiresAt }: FileObject): boolean {
	return expiresAt !== undefined && expiresAt <= nowSeconds();
}
