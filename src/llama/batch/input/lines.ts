import { isUtf8 } from "node:buffer";
import { type Item, TOO_LONG } from "../parse/item.ts";
import { Parts } from "./parts.ts";

const LINE_END = 10;

/** The lines of a file in portions, as they are read; a last line without an end counts. Nothing is read ahead. */
export async function* readLines(
	chunks: AsyncIterable<Buffer>,
): AsyncGenerator<readonly Item[], void, undefined> {
	const parts = new Parts();
	for await (const chunk of chunks) {
		const end = chunk.lastIndexOf(LINE_END);
		if (end < 0) {
			parts.add(chunk);
			continue;
		}
		// The end of a line that is too long is looked for by itself: what follows it is not.
		const first = parts.isTooLong ? chunk.indexOf(LINE_END) : -1;
		const lines: Item[] = parts.isTooLong ? [TOO_LONG] : [];
		if (first < end) {
			const bytes = chunk.subarray(first + 1, end);
			lines.push(...splitLines(first >= 0 ? bytes : parts.with(bytes)));
		}
		parts.clear();
		parts.add(chunk.subarray(end + 1));
		yield lines;
	}
	if (parts.isTooLong) yield [TOO_LONG];
	else if (parts.length > 0) yield splitLines(parts.with(Buffer.alloc(0)));
}

/** The text of bytes, or what is wrong with them. */
export function decode(bytes: Buffer): Item {
	return isUtf8(bytes) ? bytes.toString("utf8") : { problem: "it is not valid UTF-8" };
}

/** Of bytes that end with a line's end, which is left out. */
function splitLines(bytes: Buffer): Item[] {
	if (isUtf8(bytes)) return bytes.toString("utf8").split("\n").map(withoutReturn);
	const lines: Item[] = [];
	for (let start = 0; start <= bytes.length; ) {
		const end = bytes.indexOf(LINE_END, start);
		const line = decode(bytes.subarray(start, end < 0 ? bytes.length : end));
		lines.push(typeof line === "string" ? withoutReturn(line) : line);
		start = end < 0 ? bytes.length + 1 : end + 1;
	}
	return lines;
}

function withoutReturn(line: string): string {
	return line.endsWith("\r") ? line.slice(0, -1) : line;
}
