import { type FileHandle, open } from "node:fs/promises";
import { readAnswerLine } from "./read-answer-line.ts";
import { rewrite, writeAll } from "./rewrite.ts";
import { wholeLines } from "./whole-lines.ts";

const MOST_AT_ONCE = 1 << 20;

/**
 * Puts the lines of a file of answers in the order of the input. A crash leaves either the
 * one or the other.
 *
 * @param placeOf Where the request of a key stands in the input; undefined: not there any more, to the end with it.
 * @throws {JobError} if the file cannot be written.
 */
export async function orderAnswers(
	path: string,
	placeOf: (key: string) => number | undefined,
): Promise<void> {
	const places: number[] = [];
	const offsets: number[] = [];
	const lengths: number[] = [];
	let sorted = true;
	for await (const lines of wholeLines(path)) {
		for (const { text, offset, bytes } of lines) {
			const answer = readAnswerLine(text);
			const place = (answer && placeOf(answer.key)) ?? Number.MAX_SAFE_INTEGER;
			sorted &&= place >= (places.at(-1) ?? 0);
			places.push(place);
			offsets.push(offset);
			lengths.push(bytes);
		}
	}
	if (sorted) return;
	const order = Uint32Array.from(places.keys());
	order.sort((a, b) => (places[a] ?? 0) - (places[b] ?? 0) || a - b);
	await rewrite(path, (file) => copy(path, file, ranges(order, offsets, lengths)));
}

/** What stands side by side in the old file too is copied in one go. */
function* ranges(
	order: Uint32Array,
	offsets: readonly number[],
	lengths: readonly number[],
): Generator<{ readonly offset: number; readonly bytes: number }> {
	let offset = 0;
	let bytes = 0;
	for (const line of order) {
		const [start, length] = [offsets[line] ?? 0, lengths[line] ?? 0];
		if (start === offset + bytes && bytes + length <= MOST_AT_ONCE) {
			bytes += length;
			continue;
		}
		if (bytes > 0) yield { offset, bytes };
		offset = start;
		bytes = length;
	}
	if (bytes > 0) yield { offset, bytes };
}

async function copy(
	path: string,
	target: FileHandle,
	parts: Iterable<{ readonly offset: number; readonly bytes: number }>,
): Promise<void> {
	const source = await open(path, "r");
	try {
		let buffer = Buffer.alloc(MOST_AT_ONCE);
		for (const { offset, bytes } of parts) {
			if (bytes > buffer.length) buffer = Buffer.alloc(bytes);
			for (let done = 0; done < bytes; ) {
				const { bytesRead } = await source.read(buffer, done, bytes - done, offset + done);
				if (bytesRead === 0) throw new Error("it was cut meanwhile");
				done += bytesRead;
			}
			await writeAll(target, buffer.subarray(0, bytes), null);
		}
	} finally {
		await source.close();
	}
}
