import { JobError } from "../../errors.ts";
import type { InFormat } from "../files/in-format.ts";
import type { Progress } from "../files/progress.ts";
import type { Item } from "../parse/item.ts";
import { readCsv, type TableOptions } from "./csv.ts";
import { readArray } from "./json-array.ts";
import { readLines } from "./lines.ts";
import { type Bytes, bytesOfFile, bytesOfSpool, readParquet } from "./parquet.ts";
import { type Compression, decompress } from "./source/decompress.ts";
import { cannotRead } from "./source/open-source.ts";
import type { Source } from "./source/source.ts";
import { Spool } from "./source/spool.ts";

/** What a file is. */
export interface FileForm {
	readonly format: InFormat;
	readonly compression: Compression | undefined;
	/** Between the cells of CSV. */
	readonly delimiter: "," | ";" | "\t";
}

const BOM = Buffer.from([0xef, 0xbb, 0xbf]);
const UNITS = { jsonl: "line", text: "line", json: "element", csv: "record", tsv: "record", parquet: "row" };

/** Reads the items of a source, whatever form it has. */
export class Reader {
	readonly form: FileForm;
	readonly #source: Source;
	readonly #choose: TableOptions["choose"];
	#spool: Spool | undefined;
	#bytesRead = 0;

	/** @param choose Says which columns of a table are read, or throws. */
	constructor(source: Source, form: FileForm, choose: TableOptions["choose"]) {
		this.form = form;
		this.#source = source;
		this.#choose = choose;
	}

	/** What an item is called. */
	get unit(): string {
		return UNITS[this.form.format];
	}

	/** Of the last reading; undefined for a pipe. */
	get progress(): Progress | undefined {
		const { bytes } = this.#source;
		return bytes === undefined ? undefined : { bytesRead: this.#bytesRead, bytes };
	}

	/**
	 * The items in portions, from the beginning.
	 *
	 * @param look Does not count as reading: only the beginning is looked at.
	 * @throws {JobError} naming the file.
	 */
	async *items(look = false): AsyncGenerator<readonly Item[], void, undefined> {
		try {
			yield* this.#readers(look);
		} catch (error) {
			throw cannotRead(this.#source.name, error);
		}
	}

	#readers(look: boolean): AsyncGenerator<readonly Item[], void, undefined> {
		const { format, delimiter } = this.form;
		const choose = this.#choose;
		if (format === "parquet") return this.#rows(look);
		const text = withoutBom(this.#unpacked(look));
		if (format === "json") return readArray(text);
		return format === "csv" || format === "tsv" ? readCsv(text, { delimiter, choose }) : readLines(text);
	}

	#unpacked(look: boolean): AsyncIterable<Buffer> {
		const { compression } = this.form;
		const bytes = look ? this.#source.peek() : this.#counted();
		return compression === undefined ? bytes : decompress(bytes, compression);
	}

	async *#counted(): AsyncGenerator<Buffer, void, undefined> {
		const { bytes, name } = this.#source;
		this.#bytesRead = 0;
		for await (const chunk of this.#source.read()) {
			this.#bytesRead += chunk.length;
			yield chunk;
		}
		if (bytes !== undefined && this.#bytesRead < bytes) {
			throw new JobError(
				`Cannot read the prompts in ${name}: it had ${bytes} bytes, and has only ${this.#bytesRead} now`,
			);
		}
	}

	async *#rows(look: boolean): AsyncGenerator<readonly Item[], void, undefined> {
		const { name, bytes = 0 } = this.#source;
		yield* readParquet(await this.#anywhere(), { choose: this.#choose }, name, (share) => {
			if (!look) this.#bytesRead = Math.round(bytes * share);
		});
	}

	/** Parquet is read from its end: what is packed, or comes out of a pipe, must be on the disk first. */
	async #anywhere(): Promise<Bytes> {
		const { path, bytes } = this.#source;
		if (path !== undefined && bytes !== undefined && this.form.compression === undefined) {
			return bytesOfFile(path, bytes);
		}
		if (this.#spool === undefined) {
			const spool = new Spool();
			for await (const chunk of this.#unpacked(true)) spool.append(chunk);
			this.#spool = spool;
		}
		return bytesOfSpool(this.#spool);
	}
}

/** The mark that editors of Windows put before text is none of it. */
async function* withoutBom(chunks: AsyncIterable<Buffer>): AsyncGenerator<Buffer, void, undefined> {
	let first = true;
	for await (const chunk of chunks) {
		yield first && chunk.subarray(0, BOM.length).equals(BOM) ? chunk.subarray(BOM.length) : chunk;
		first = false;
	}
}
