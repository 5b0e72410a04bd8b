import { isUtf8 } from "node:buffer";
import type { InFormat } from "../files/in-format.ts";
import { whatItIs } from "./what-it-is.ts";

/** The beginning of what a file holds, unpacked. */
export interface Head {
	readonly bytes: Buffer;
	/** That is all. */
	readonly whole: boolean;
}

const ENDINGS: readonly (readonly [RegExp, InFormat])[] = [
	[/\.(jsonl|ndjson)$/i, "jsonl"],
	[/\.json$/i, "json"],
	[/\.csv$/i, "csv"],
	[/\.(tsv|tab)$/i, "tsv"],
	[/\.parquet$/i, "parquet"],
];
const PACKED = /\.(gz|gzip|zst|zstd)$/i;
const PARQUET = "PAR1";
const ARRAY = /^\s*\[\s*[[{"\]]/;

/**
 * The form of a file: as `said`, else by its name's ending, else by what is in it.
 *
 * @returns The form, or why the file cannot be used: "it is xz: unpack it".
 */
export function detect(name: string, head: Head, said: InFormat | undefined): InFormat | { problem: string } {
	const isParquet = head.bytes.toString("latin1", 0, PARQUET.length) === PARQUET;
	const ending = ENDINGS.find(([pattern]) => pattern.test(name.replace(PACKED, "")))?.[1];
	const format = said ?? ending;
	if (isParquet) {
		if (format === undefined || format === "parquet") return "parquet";
		return { problem: `it is Parquet, not ${format}: use --in-format parquet` };
	}
	if (format === "parquet") {
		return { problem: `it is no Parquet file: ${whatItIs(head.bytes) ?? "it does not begin with PAR1"}` };
	}
	const problem = whatItIs(head.bytes) ?? invalidText(head);
	if (problem !== undefined) return { problem };
	const text = head.bytes.toString("utf8").replace(/^\ufeff/, "");
	if (said !== undefined) return said;
	if (format === "json") return jsonOf(text, head.whole);
	return format ?? byContent(text, head.whole);
}

/** A file called .json has an array, or lines. */
function jsonOf(text: string, whole: boolean): InFormat | { problem: string } {
	if (/^\s*\[/.test(text)) return "json";
	const line = firstLine(text, whole);
	if (line === undefined || parse(line) !== undefined) return "jsonl";
	if (!/^\s*\{/.test(text)) {
		return { problem: "it is neither a JSON array nor JSON lines; for a prompt a line use --in-format text" };
	}
	return spread;
}

const spread = {
	problem:
		"it is a JSON object over several lines, neither an array nor a request a line: jq -c . FILE > NEW.jsonl",
};

function byContent(text: string, whole: boolean): InFormat | { problem: string } {
	const lines = text.split("\n").filter((line) => line.trim() !== "");
	const line = firstLine(text, whole);
	const first = line === undefined ? undefined : parse(line);
	if (typeof first === "object" && first !== null && !Array.isArray(first)) return "jsonl";
	// A line that is longer than what has been read.
	if (line === undefined && /^\s*\{\s*"/.test(text)) return "jsonl";
	if (/^\s*\{\s*$/.test(lines[0] ?? "") && /^\s*"/.test(lines[1] ?? "")) return spread;
	if (ARRAY.test(text) && isArray(lines, first)) return "json";
	const complete = whole ? lines : lines.slice(0, -1);
	const quoted = complete.length > 0 && complete.every((each) => typeof parse(each) === "string");
	return quoted ? "jsonl" : "text";
}

/** A prompt may well begin with a bracket. An array goes over several lines, or is all that there is. */
function isArray(lines: readonly string[], first: unknown): boolean {
	if (/^\s*\[\s*$/.test(lines[0] ?? "") || /^\s*\[\s*\{\s*("|$)/.test(lines[0] ?? "")) return true;
	return lines.length === 1 && Array.isArray(first) && first.every((each) => typeof each === "string");
}

/** The first line that is not blank; undefined if its end has not been read. */
function firstLine(text: string, whole: boolean): string | undefined {
	const start = text.search(/\S/);
	const end = text.indexOf("\n", start);
	if (end < 0 && !whole) return undefined;
	return text.slice(start, end < 0 ? text.length : end);
}

function parse(line: string): unknown {
	try {
		return JSON.parse(line);
	} catch {
		return undefined;
	}
}

function invalidText({ bytes, whole }: Head): string | undefined {
	const text = whole ? bytes : bytes.subarray(0, lastCharacterEnd(bytes));
	if (isUtf8(text)) return undefined;
	let number = 1;
	for (let start = 0; ; number++) {
		const end = text.indexOf(10, start);
		if (end < 0 || !isUtf8(text.subarray(start, end))) break;
		start = end + 1;
	}
	return `it is not UTF-8 (line ${number}): if it is of Windows or Latin-1, iconv -f WINDOWS-1252 -t UTF-8 FILE > NEW`;
}

/** Where the last character ends that is there as a whole. */
function lastCharacterEnd(bytes: Buffer): number {
	let start = bytes.length - 1;
	while (start > bytes.length - 4 && start > 0 && ((bytes[start] ?? 0) & 0xc0) === 0x80) start -= 1;
	const lead = bytes[start] ?? 0;
	const length = lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : lead >= 0xc0 ? 2 : 1;
	return start + length > bytes.length ? start : bytes.length;
}
