import { JobError } from "../../errors.ts";
import type { InFormat } from "../files/in-format.ts";
import { detect } from "./detect.ts";
import { readHead } from "./head.ts";
import { Reader } from "./reader.ts";
import { compressionOf, decompress } from "./source/decompress.ts";
import { cannotRead } from "./source/open-source.ts";
import type { Source } from "./source/source.ts";

/**
 * Finds out what a source holds.
 *
 * @param choose Says which columns of a table are read.
 * @throws {JobError} if it is nothing that can be read: one line that says what it is, and what to do.
 */
export async function openReader(
	source: Source,
	said: InFormat | undefined,
	choose: (columns: readonly string[]) => readonly string[],
): Promise<Reader> {
	const refuse = (problem: string) => new JobError(`Cannot use the prompts in ${source.name}: ${problem}`);
	try {
		const packed = await readHead(source.peek());
		const compression = compressionOf(packed.bytes);
		const head = compression === undefined ? packed : await readHead(decompress(source.peek(), compression));
		if (compressionOf(head.bytes) !== undefined && compression !== undefined) {
			throw refuse("it is packed twice: unpack it once");
		}
		if (head.whole && head.bytes.length === 0) throw refuse("the file has none");
		const format = detect(source.name, head, said);
		if (typeof format === "object") throw refuse(format.problem);
		const delimiter = format === "tsv" ? "\t" : delimiterOf(head.bytes);
		return new Reader(source, { format, compression, delimiter }, choose);
	} catch (error) {
		throw cannotRead(source.name, error);
	}
}

/** Where a comma is in numbers, Excel writes semicolons between cells. */
function delimiterOf(head: Buffer): "," | ";" {
	const [header = ""] = head.toString("latin1").split("\n", 1);
	return header.includes(";") && !header.includes(",") ? ";" : ",";
}
