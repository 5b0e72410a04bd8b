/** A record of a table. */
export interface Row {
	/** Its cells, by the names of their columns. */
	readonly row: Readonly<Record<string, unknown>>;
}

/** A part of a file that is no text, or no record. */
export interface Unreadable {
	/** What is wrong with it: "it is not valid UTF-8". */
	readonly problem: string;
}

/** What the reader of a file finds between two ends: a line's or an array element's text, a record, or neither. */
export type Item = string | Row | Unreadable;

/** Most bytes of a line, an array's element or a record: it must fit a string, and memory. */
export const MOST_BYTES = 256 << 20;

export const TOO_LONG: Unreadable = { problem: `it is longer than ${MOST_BYTES >> 20} MiB` };
