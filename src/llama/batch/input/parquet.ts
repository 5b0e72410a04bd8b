import { open } from "node:fs/promises";
import { JobError, reasonOf } from "../../errors.ts";
import type { Item, Row } from "../parse/item.ts";
import type { TableOptions } from "./csv.ts";
import type { Spool } from "./source/spool.ts";

/** A file that can be read at any place. */
export interface Bytes {
	readonly byteLength: number;
	slice(start: number, end?: number): Promise<ArrayBuffer>;
}

/** Rows that are handed on together. */
const PORTION = 1000;

/**
 * The rows of a Parquet file in portions. A group of rows is read at a time, and of it the columns that are needed.
 *
 * @param onProgress Told which share of the rows has been read.
 * @throws {JobError} if it is damaged, or packed in a way that is not known.
 */
export async function* readParquet(
	file: Bytes,
	{ choose }: TableOptions,
	name: string,
	onProgress: (share: number) => void,
): AsyncGenerator<readonly Item[], void, undefined> {
	const { parquetMetadataAsync, parquetReadObjects, parquetSchema } = await import("hyparquet");
	const { compressors } = await import("hyparquet-compressors");
	const whole = async <T>(read: () => Promise<T>): Promise<T> => {
		try {
			return await read();
		} catch (error) {
			const text = `Cannot read the prompts in ${name}: it is damaged, or not like other Parquet (${reasonOf(error)})`;
			throw new JobError(text, 1, { cause: error });
		}
	};
	const metadata = await whole(() => parquetMetadataAsync(file));
	const columns = choose(parquetSchema(metadata).children.map(({ element }) => element.name));
	const total = Number(metadata.num_rows);
	let rowStart = 0;
	for (const group of metadata.row_groups) {
		const rowEnd = rowStart + Number(group.num_rows);
		const range = { rowStart, rowEnd };
		const rows = await whole(() =>
			parquetReadObjects({ file, metadata, columns: [...columns], ...range, compressors }),
		);
		for (let at = 0; at < rows.length; at += PORTION) {
			yield rows.slice(at, at + PORTION).map((row): Item => ({ row: jsonOf(row) as Row["row"] }));
		}
		rowStart = rowEnd;
		onProgress(total === 0 ? 1 : rowEnd / total);
	}
}

/** A file on the disk, opened for each piece: nobody has to close it. */
export function bytesOfFile(path: string, byteLength: number): Bytes {
	return {
		byteLength,
		slice: async (start, end = byteLength) => {
			const file = await open(path);
			try {
				const buffer = Buffer.alloc(end - start);
				await file.read(buffer, 0, buffer.length, start);
				return exactly(buffer);
			} finally {
				await file.close();
			}
		},
	};
}

/** What came out of a pipe, or was packed. */
export function bytesOfSpool(spool: Spool): Bytes {
	const byteLength = spool.bytes;
	return { byteLength, slice: async (start, end = byteLength) => exactly(spool.slice(start, end)) };
}

function exactly({ buffer, byteOffset, length }: Buffer): ArrayBuffer {
	return buffer.slice(byteOffset, byteOffset + length) as ArrayBuffer;
}

/** A cell as JSON would have it. Of numbers above 2^53, as ids are, every digit counts: they become texts. */
function jsonOf(value: unknown): unknown {
	if (typeof value === "bigint") return Number.isSafeInteger(Number(value)) ? Number(value) : `${value}`;
	if (Array.isArray(value)) return value.map(jsonOf);
	if (value instanceof Date) return value.toISOString();
	if (value instanceof Uint8Array) return Buffer.from(value).toString("base64");
	if (typeof value !== "object" || value === null) return value ?? null;
	return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, jsonOf(each)]));
}
