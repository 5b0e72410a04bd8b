import { createReadStream } from "node:fs";

/** A line of a file of answers, and where it stands there. */
export interface WholeLine {
	readonly text: string;
	readonly offset: number;
	/** With its end. */
	readonly bytes: number;
}

/** The lines of a file that have an end. */
export async function* wholeLines(path: string): AsyncGenerator<readonly WholeLine[], void, undefined> {
	let rest: Buffer = Buffer.alloc(0);
	let offset = 0;
	for await (const chunk of createReadStream(path, { highWaterMark: 1 << 18 }) as AsyncIterable<Buffer>) {
		const bytes = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
		const lines: WholeLine[] = [];
		let start = 0;
		for (let end = bytes.indexOf(10); end >= 0; end = bytes.indexOf(10, start)) {
			lines.push({
				text: bytes.toString("utf8", start, end),
				offset: offset + start,
				bytes: end + 1 - start,
			});
			start = end + 1;
		}
		rest = bytes.subarray(start);
		offset += start;
		if (lines.length > 0) yield lines;
	}
}
