import { nearest } from "../nearest.ts";
import type { Refuse } from "./mistake.ts";
import { dashed, type OptionRow } from "./row.ts";

/** How a program's options are spelled. */
export interface Syntax {
	/**
	 * - "mpirun": one dash or two before every name (`-np 2`), an empty value is a value, and the first word that is no
	 *   option ends the options. By getopt's rules, MPI users' `-np 2` would be `-n p -2`.
	 * - "gnu": two dashes, one before a single letter; no empty values; options are all there is.
	 */
	readonly style: "mpirun" | "gnu";
	/** Where scanning begins. Default: the first word. */
	readonly from?: number;
}

/** An option that was given. */
export interface GivenOption<Row extends OptionRow = OptionRow> {
	readonly row: Row;
	/** As it was typed, such as "--quiet=yes". */
	readonly word: string;
	/** Empty for a switch. */
	readonly value: string;
}

/** What was found. */
export interface ScannedOptions<Row extends OptionRow> {
	/** In the order they were typed. */
	readonly given: readonly GivenOption<Row>[];
	/** Where the first word stands that is not one of the options. */
	readonly end: number;
}

/**
 * Reads options by their table, up to the first word that is none.
 *
 * By hand, because loading a general parser takes longer than everything else that tsmpirun does before the ranks
 * start. yargs lays out the help (see help.ts).
 */
export function scanOptions<Row extends OptionRow>(
	argv: readonly string[],
	table: readonly Row[],
	refuse: Refuse<Row>,
	{ style, from = 0 }: Syntax,
): ScannedOptions<Row> {
	const given: GivenOption<Row>[] = [];
	let position = from;
	for (;;) {
		const word = argv[position];
		if (word === undefined) break;
		if (!word.startsWith("-") || word === "-") {
			if (style === "gnu") throw refuse({ kind: "argument", word });
			break;
		}
		position++;
		if (word === "--") {
			const next = argv[position];
			if (style === "gnu" && next !== undefined) throw refuse({ kind: "argument", word: next });
			break;
		}
		const { row, attached } = findOption(word, table, refuse, style);
		if (row.value === undefined) {
			if (attached !== undefined) throw refuse({ kind: "surplus", word, row });
			given.push({ row, word, value: "" });
			if (row.endsScan === true) break;
			continue;
		}
		const value = attached ?? argv[position++];
		const isOption = attached === undefined && value?.startsWith("--") && row.dashesInValue !== true;
		if (value === undefined || isOption || (value === "" && style === "gnu")) {
			throw refuse({ kind: "missing", word, row });
		}
		given.push({ row, word, value });
	}
	return { given, end: position };
}

function findOption<Row extends OptionRow>(
	word: string,
	table: readonly Row[],
	refuse: Refuse<Row>,
	style: Syntax["style"],
): { row: Row; attached: string | undefined } {
	const equals = word.indexOf("=");
	const typed = equals < 0 ? word : word.slice(0, equals);
	const name = typed.replace(/^--?/, "");
	const row = table.find((candidate) => namesOf(candidate).includes(name));
	if (row !== undefined && (style === "mpirun" || typed === dashed(name))) {
		return { row, attached: equals < 0 ? undefined : word.slice(equals + 1) };
	}
	const [, letter, digits] = /^-(\w)(\d+)$/.exec(word) ?? [];
	const counted = table.find(
		(candidate) => candidate.attachedDigits === true && namesOf(candidate).includes(letter ?? ""),
	);
	if (counted !== undefined) return { row: counted, attached: digits };
	// Any letter is one step from any other, so a single letter is no guess.
	const guesses = table.flatMap(namesOf).filter((candidate) => candidate.length > 1);
	throw refuse({ kind: "unknown", word: typed, meant: nearest(name, guesses) });
}

function namesOf({ name, aliases }: OptionRow): readonly string[] {
	return aliases === undefined ? [name] : [name, ...aliases];
}
