import type { Head } from "./detect.ts";

/** So much decides what a file is. */
const HEAD_BYTES = 1 << 16;
const LINE_END = 10;
/** White space of JSON, and what else begins a text without saying anything. */
const BLANKS = new Set([0x09, 0x0a, 0x0b, 0x0c, 0x0d, 0x20]);

/** The beginning: a whole line if it is not too long. More is not waited for, since a pipe may be slow. */
export async function readHead(chunks: AsyncIterable<Buffer>): Promise<Head> {
	let bytes: Buffer = Buffer.alloc(0);
	for await (const chunk of chunks) {
		bytes = bytes.length === 0 ? chunk : Buffer.concat([bytes, chunk]);
		const start = bytes.findIndex((byte) => !BLANKS.has(byte));
		if (start < 0) {
			bytes = bytes.subarray(0, 0);
			continue;
		}
		const more = bytes.length > HEAD_BYTES;
		if (more || bytes.includes(LINE_END, start))
			return { bytes: bytes.subarray(0, HEAD_BYTES), whole: false };
	}
	return { bytes, whole: true };
}
