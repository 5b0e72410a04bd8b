import { isUtf8 } from "node:buffer";
import { finished } from "node:stream/promises";
import { JobError, reasonOf } from "../../errors.ts";
import { type Item, MOST_BYTES } from "../parse/item.ts";

/** How a table is read. */
export interface TableOptions {
	/** Told the columns, says which of them to read, or throws. */
	readonly choose: (columns: readonly string[]) => readonly string[];
}

/** Cells are read as Latin-1, byte for byte: so each can be judged by itself, and most are ASCII. */
const ENCODING = "latin1";
const BEYOND_ASCII = /[\x80-\xff]/;

/** The records of CSV in portions, as they are read. */
export async function* readCsv(
	chunks: AsyncIterable<Buffer>,
	{ delimiter, choose }: TableOptions & { readonly delimiter: string },
): AsyncGenerator<readonly Item[], void, undefined> {
	const { parse } = await import("csv-parse");
	let portion: Item[] = [];
	let read: ((cells: readonly string[]) => Item) | undefined;
	const parser = parse({
		...{ delimiter, record_delimiter: ["\r\n", "\n", "\r"], encoding: ENCODING, max_record_size: MOST_BYTES },
		...{ relax_column_count: true, relax_quotes: true, skip_empty_lines: true },
		// Taken here and not from the stream: one call instead of several turns of the event loop for each record.
		on_record: (cells: readonly string[]) => {
			if (read === undefined) read = recordReader(cells, choose);
			else portion.push(read(cells));
			return null;
		},
	});
	let failure: unknown;
	parser.on("error", (error) => {
		failure = error;
	});
	parser.resume();
	for await (const chunk of chunks) {
		await new Promise<void>((resolve) => parser.write(chunk, () => resolve()));
		if (failure !== undefined) break;
		if (portion.length > 0) yield portion;
		portion = [];
	}
	if (failure === undefined) {
		parser.end();
		await finished(parser).catch(() => {});
	}
	if (portion.length > 0) yield portion;
	if (failure instanceof JobError) throw failure;
	if (failure !== undefined)
		yield [{ problem: `the table cannot be read any further (${reasonOf(failure)})` }];
}

function recordReader(header: readonly string[], choose: TableOptions["choose"]) {
	const columns = header.map((name) => text(name.trim()) ?? name);
	const chosen = choose(columns).map((name) => [name, columns.indexOf(name)] as const);
	return (cells: readonly string[]): Item => {
		if (cells.length !== columns.length) {
			return { problem: `it has ${cells.length} cells, and the header has ${columns.length}` };
		}
		const row = chosen.map(([name, index]) => [name, text(cells[index] ?? "")] as const);
		if (row.some(([, cell]) => cell === undefined)) return { problem: "it is not valid UTF-8" };
		return { row: Object.fromEntries(row) };
	};
}

/** The text of a cell; undefined if its bytes are none. */
function text(cell: string): string | undefined {
	if (!BEYOND_ASCII.test(cell)) return cell;
	const bytes = Buffer.from(cell, ENCODING);
	return isUtf8(bytes) ? bytes.toString("utf8") : undefined;
}
