import { canonicalJson } from "../files/request.ts";

/** A line's JSON object, or a table's row. */
export type LineRecord = Readonly<Record<string, unknown>>;

/** Where a prompt may stand. */
export const PROMPT_KEYS = ["prompt", "messages", "conversations", "conversation"] as const;

/** Keys that are copied into the answer in any case. */
export const ID_KEYS = ["id", "custom_id"] as const;

const MOST_KEYS = 10;
const LONGEST_KEY = 40;

/** Names for an error's text, not all of them if there are many. */
export function listNames(names: readonly string[]): string {
	if (names.length === 0) return "nothing";
	const shown = names
		.slice(0, MOST_KEYS)
		.map((name) => JSON.stringify(name.length > LONGEST_KEY ? `${name.slice(0, LONGEST_KEY)}...` : name));
	const more = names.length - shown.length;
	return `${shown.join(", ")}${more > 0 ? ` and ${more} more` : ""}`;
}

/** The keys of a record, for an error's text. */
export function keysOf(record: LineRecord): string {
	return listNames(Object.keys(record));
}

/** What a template shows of a value. */
export function cellText(value: unknown): string {
	if (typeof value === "string") return value;
	return value === null || value === undefined ? "" : JSON.stringify(value);
}

/**
 * What the answer of a record repeats; undefined: nothing.
 *
 * @throws {BadRequest} if it is nested too deep to be written.
 */
export function keptOf(record: LineRecord, keptNames: readonly string[]): LineRecord | undefined {
	if (!keptNames.some((name) => Object.hasOwn(record, name))) return undefined;
	const names = keptNames.filter((name) => Object.hasOwn(record, name));
	const kept = names.map((name) => [name, record[name]] as const);
	for (const [, value] of kept) if (typeof value === "object") canonicalJson(value);
	return Object.fromEntries(kept);
}
