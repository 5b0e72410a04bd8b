import { stat } from "node:fs/promises";
import { JobError, reasonOf } from "../../errors.ts";
import type { Defaults } from "../../openai/task.ts";
import { BUILT_IN_PROMPTS } from "./built-in-prompts.ts";
import { readLines } from "./lines.ts";
import { type Form, formOf, parseLine, plainRequest } from "./parse-line.ts";
import type { BadLine, BatchRequest } from "./request.ts";

/** Which requests a job has. */
export interface InputOptions extends Defaults {
	/** The file; undefined: the built-in prompts. */
	readonly in: string | undefined;
	/** How many requests; undefined: each once. */
	readonly requests: number | undefined;
}

/** A line of the input, and what came of it. */
export interface Entry {
	readonly request: BatchRequest | BadLine;
	/** The number of the line, from 1. */
	readonly number: number;
	readonly line: string;
}

/** Lines that may be bad before the form of a file of JSON is given up on. */
const MOST_UNREADABLE = 1000;

/** A job's requests, read as they are needed: a file may be larger than the memory. */
export class Input {
	/** The file; undefined: the built-in prompts. */
	readonly path: string | undefined;
	readonly form: Form;
	readonly #options: InputOptions;

	private constructor(options: InputOptions, form: Form) {
		this.path = options.in;
		this.form = form;
		this.#options = options;
	}

	/** @throws {JobError} if the file cannot be read or has no requests. */
	static async open(options: InputOptions): Promise<Input> {
		const path = options.in;
		if (path === undefined) return new Input(options, "text");
		await checkFile(path);
		return new Input(options, await findForm(path));
	}

	/** How many requests there are, if that is known without reading the file. */
	get count(): number | undefined {
		const { requests } = this.#options;
		if (this.path === undefined) return requests ?? BUILT_IN_PROMPTS.length;
		return this.form === "batch" ? undefined : requests;
	}

	/** The entries in portions, in their order. A file of plain prompts is gone round until there are enough. */
	async *entries(): AsyncGenerator<readonly Entry[], void, undefined> {
		const most = this.#options.requests ?? Number.POSITIVE_INFINITY;
		let id = 0;
		do {
			for await (const portion of this.#once(id)) {
				const wanted = portion.slice(0, most - id);
				id += wanted.length;
				yield wanted;
				if (id >= most) return;
			}
		} while (this.form !== "batch" && id < most && most !== Number.POSITIVE_INFINITY);
	}

	async *#once(firstId: number): AsyncGenerator<readonly Entry[], void, undefined> {
		const { path, form } = this;
		if (path === undefined) {
			const { requests = BUILT_IN_PROMPTS.length } = this.#options;
			yield BUILT_IN_PROMPTS.slice(0, requests).map((line, index): Entry => {
				const request = plainRequest(line, 0, { id: firstId + index }, this.#options);
				return { request, number: index + 1, line };
			});
			return;
		}
		let id = firstId;
		let number = 0;
		for await (const lines of readFile(path)) {
			const entries: Entry[] = [];
			for (const line of lines) {
				number += 1;
				if (line.trim() === "") continue;
				const request = parseLine(line, form, { id: id++, number, path }, this.#options);
				entries.push({ request, number, line });
			}
			yield entries;
		}
	}
}

async function checkFile(path: string): Promise<void> {
	try {
		const stats = await stat(path);
		if (!stats.isFile()) {
			const what = stats.isDirectory() ? "a directory" : "not a regular file";
			throw new JobError(`Cannot read the prompts in ${path}: it is ${what}`);
		}
	} catch (error) {
		throw cannotRead(path, error);
	}
}

/** The lines, with errors that name the file. */
async function* readFile(path: string): AsyncGenerator<readonly string[], void, undefined> {
	try {
		yield* readLines(path);
	} catch (error) {
		throw cannotRead(path, error);
	}
}

function cannotRead(path: string, error: unknown): JobError {
	if (error instanceof JobError) return error;
	const { code } = error as NodeJS.ErrnoException;
	const reason = code === "ENOENT" ? "there is no such file" : reasonOf(error);
	return new JobError(`Cannot read the prompts in ${path}: ${reason}`, 1, { cause: error });
}

/** The form of a file: JSON if its name says so or its first line is an object. The first object decides which kind. */
async function findForm(path: string): Promise<Form> {
	let seen = 0;
	for await (const lines of readFile(path)) {
		for (const line of lines) {
			if (line.trim() === "") continue;
			const value = objectOf(line);
			if (value !== undefined) return formOf(value);
			if (!/\.(jsonl|ndjson)$/i.test(path)) return "text";
			if (++seen === MOST_UNREADABLE) return "jsonl";
		}
	}
	if (seen > 0) return "jsonl";
	throw new JobError(`Cannot use the prompts in ${path}: the file has none`);
}

function objectOf(line: string): object | undefined {
	try {
		const value: unknown = JSON.parse(line);
		return typeof value === "object" && value !== null && !Array.isArray(value) ? value : undefined;
	} catch {
		return undefined;
	}
}
