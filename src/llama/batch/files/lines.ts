import { createReadStream } from "node:fs";

const CHUNK_BYTES = 1 << 18;

/** The lines of a file in portions, as they are read; a last line without an end counts. Nothing is read ahead. */
export async function* readLines(path: string): AsyncGenerator<readonly string[], void, undefined> {
	const stream = createReadStream(path, { encoding: "utf8", highWaterMark: CHUNK_BYTES });
	let rest = "";
	let first = true;
	for await (const chunk of stream as AsyncIterable<string>) {
		const text = first ? chunk.replace(/^\ufeff/, "") : chunk;
		first = false;
		const lines = text.split("\n");
		lines[0] = rest + lines[0];
		rest = lines.pop() ?? "";
		if (lines.length > 0) yield lines.map(withoutReturn);
	}
	if (rest !== "") yield [withoutReturn(rest)];
}

function withoutReturn(line: string): string {
	return line.endsWith("\r") ? line.slice(0, -1) : line;
}
