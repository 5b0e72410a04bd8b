import { BUILT_IN_PROMPTS } from "../files/built-in-prompts.ts";
import type { InFormat } from "../files/in-format.ts";
import type { Progress } from "../files/progress.ts";
import { type BadLine, type BatchRequest, isBatch } from "../files/request.ts";
import { chooseColumns } from "../parse/columns.ts";
import { type PlainOptions, readLineOptions } from "../parse/line-options.ts";
import { formOf, type ItemOptions, parseItem } from "../parse/parse-item.ts";
import { checkBeginning, LOOK_LINES } from "./check.ts";
import { openReader } from "./open-reader.ts";
import type { Reader } from "./reader.ts";
import { openSource } from "./source/open-source.ts";
import type { Source } from "./source/source.ts";

/** Which requests a job has. */
export interface InputOptions extends PlainOptions {
	/** The file, or "-"; undefined: the built-in prompts. */
	readonly in: string | undefined;
	/** How many requests; undefined: each once. */
	readonly requests: number | undefined;
	/** What the file is; undefined: by its name, else by what is in it. */
	readonly inFormat?: InFormat | undefined;
	/** A pipe will be read more than once. @default only where `requests` goes round it */
	readonly again?: boolean;
}

/** An item of the input, and what came of it. */
export interface Entry {
	readonly request: BatchRequest | BadLine;
	/** The number of the item, from 1. */
	readonly number: number;
	/** Its text, where it is one. */
	readonly line: string;
}

interface OpenFile {
	readonly source: Source;
	readonly reader: Reader;
}

/** A job's requests, read as they are needed: a file may be larger than the memory. */
export class Input {
	/** What the first request is: of OpenAI's batch form, or without an envelope. Others may be the other. */
	readonly form: "batch" | "plain";
	readonly #file: OpenFile | undefined;
	readonly #requests: number | undefined;
	readonly #options: ItemOptions;

	private constructor(file: OpenFile | undefined, requests: number | undefined, options: ItemOptions) {
		this.form = options.form;
		this.#file = file;
		this.#requests = requests;
		this.#options = options;
	}

	/** @throws {JobError} if the file cannot be read, is nothing that can be used, or has no requests. */
	static async open(options: InputOptions): Promise<Input> {
		const { in: path, requests, inFormat, again = requests !== undefined } = options;
		const lines = await readLineOptions(options);
		if (path === undefined)
			return new Input(undefined, requests, { ...lines, texts: "prompts", form: "plain" });
		const source = await openSource(path, again);
		const reader = await openReader(source, inFormat, (columns) =>
			chooseColumns(columns, source.name, lines),
		);
		const texts = reader.form.format === "text" ? "prompts" : "json";
		const form = texts === "json" ? await firstForm(reader, lines) : "plain";
		return new Input({ source, reader }, requests, { ...lines, texts, form });
	}

	/** The file that is read; undefined for a pipe and the built-in prompts. */
	get path(): string | undefined {
		return this.#file?.source.path;
	}

	/** How many requests there are, if that is known without reading the file. */
	get count(): number | undefined {
		if (this.#file === undefined) return this.#requests ?? BUILT_IN_PROMPTS.length;
		return this.form === "batch" ? undefined : this.#requests;
	}

	/** How far the file has been read; undefined where its size is not known. */
	get progress(): Progress | undefined {
		return this.#file?.reader.progress;
	}

	/** Where an item stands, in words: "line 3 of prompts.txt". */
	where(number: number): string {
		return `${this.#unit} ${number} of ${this.#name}`;
	}

	/**
	 * The entries in portions, in their order. A file of plain prompts is gone round until there are enough.
	 *
	 * @param look Only the first ones are wanted: what a pipe gave is there again afterwards.
	 */
	async *entries(look = false): AsyncGenerator<readonly Entry[], void, undefined> {
		const most = this.#requests ?? Number.POSITIVE_INFINITY;
		const goesRound = this.form === "plain" && most !== Number.POSITIVE_INFINITY;
		let id = 0;
		for (let before = -1; before < 0 || (goesRound && id > before); ) {
			before = id;
			for await (const portion of this.#once(id, look)) {
				const wanted = portion.slice(0, most - id);
				id += wanted.length;
				yield wanted;
				if (id >= most) return;
			}
		}
	}

	/**
	 * Looks at the first lines, before anything else is started for them.
	 *
	 * @throws {JobError} if there are none, or not one of them can be run.
	 */
	async check(): Promise<void> {
		if (this.#file === undefined) return;
		const { source, reader } = this.#file;
		const isPipe = source.path === undefined;
		await checkBeginning(this.#once(0, true), { path: source.name, unit: reader.unit, isPipe });
	}

	/** Lets a pipe go that has not been read to its end. */
	close(): void {
		this.#file?.source.close();
	}

	get #unit(): string {
		return this.#file?.reader.unit ?? "prompt";
	}

	get #name(): string {
		return this.#file?.source.name ?? "the built-in prompts";
	}

	async *#once(firstId: number, look: boolean): AsyncGenerator<readonly Entry[], void, undefined> {
		const [path, unit] = [this.#name, this.#unit];
		let id = firstId;
		let number = 0;
		for await (const portion of this.#file?.reader.items(look) ?? [BUILT_IN_PROMPTS]) {
			const entries: Entry[] = [];
			for (const item of portion) {
				number += 1;
				if (typeof item === "string" && item.trim() === "") continue;
				const request = parseItem(item, { id, number, path, unit }, this.#options);
				// What has an id of its own is not run again in the second round.
				if (firstId > 0 && isBatch(request)) continue;
				id += 1;
				entries.push({ request, number, line: typeof item === "string" ? item : "" });
			}
			yield entries;
		}
	}
}

/** Of the first item of which that can be told. */
async function firstForm(reader: Reader, options: Parameters<typeof formOf>[1]): Promise<"batch" | "plain"> {
	let seen = 0;
	for await (const portion of reader.items(true)) {
		for (const item of portion) {
			const form = formOf(item, options);
			seen += 1;
			if (form !== undefined || seen === LOOK_LINES) return form ?? "plain";
		}
	}
	return "plain";
}
