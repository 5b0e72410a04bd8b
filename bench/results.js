import { readFileSync } from "node:fs";
import { join } from "node:path";
import { ROOT } from "./run.js";

/** Where the benchmarks' output is kept. */
export const RESULTS = join(ROOT, "bench", "RESULTS.md");

/** @typedef {ReadonlyMap<string, readonly string[]>} Rows The cells of each row, by its first cell or cells. */

/** The parts of RESULTS.md by their titles. @returns {Map<string, string>} */
export function readParts(text = readFileSync(RESULTS, "utf8")) {
	const parts = text.split(/^## /m).slice(1);
	return new Map(parts.map((part) => [part.split("\n", 1)[0] ?? "", part]));
}

/** One part. @param {string} title */
export function part(title) {
	const found = readParts().get(title);
	if (found === undefined) throw new Error(`Cannot find the part ${title} in ${RESULTS}`);
	return found;
}

/**
 * What a command has printed: the block below its name.
 *
 * @param {string} title Of the part.
 * @param {string} command As it was typed.
 * @param {number} keys How many of the first cells tell rows apart.
 * @returns {Rows}
 */
export function printed(title, command, keys = 1) {
	const [, block] = part(title).split(`\`${command}\`\n\n\`\`\`\n`);
	if (block === undefined) throw new Error(`Cannot find the output of ${command} in ${RESULTS}`);
	const lines = block.slice(0, block.indexOf("```")).trimEnd().split("\n").slice(1);
	return byKey(
		lines.map((line) => line.trim().split(/\s+/)),
		keys,
	);
}

/**
 * A Markdown table: the first one below a text.
 *
 * @param {string} title Of the part.
 * @param {string} below
 * @param {number} keys How many of the first cells tell rows apart.
 * @returns {Rows}
 */
export function table(title, below, keys = 1) {
	const [, rest] = part(title).split(`${below}\n\n|`);
	if (rest === undefined) throw new Error(`Cannot find a table below ${below} in ${RESULTS}`);
	const lines = `|${rest}`.split("\n\n", 1)[0]?.trimEnd().split("\n").slice(2) ?? [];
	const rows = lines.map((line) =>
		line
			.slice(1, -1)
			.split("|")
			.map((cell) => cell.trim()),
	);
	return byKey(rows, keys);
}

/** @param {readonly (readonly string[])[]} rows @param {number} keys @returns {Rows} */
function byKey(rows, keys) {
	return new Map(rows.map((cells) => [cells.slice(0, keys).join(" "), cells]));
}

/** A cell as a number. @param {Rows} rows @param {string} key @param {number} column From 0. */
export function figure(rows, key, column) {
	const value = Number(rows.get(key)?.[column]);
	if (Number.isFinite(value)) return value;
	throw new Error(`Cannot find a number in row ${key}, column ${column} of ${RESULTS}`);
}
