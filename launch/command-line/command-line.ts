import { LaunchError } from "../../src/base/errors.ts";
import { nearest } from "../../src/base/nearest.ts";
import { OPTION_TABLE, type OptionName, type OptionRow } from "./option-table.ts";

/** A program of the job as it was typed: its options, its name, its arguments. */
export interface TypedProgram {
	readonly options: ReadonlyMap<OptionName, readonly string[]>;
	readonly program: string | undefined;
	readonly args: readonly string[];
}

interface Row extends OptionRow {
	readonly name: OptionName;
}

const ROWS: readonly Row[] = OPTION_TABLE;
const BY_SPELLING = new Map(ROWS.flatMap((row) => [row.name, ...row.aliases].map((name) => [name, row])));

/** A mistake in the command line: exit code 2. */
export function usageError(message: string): LaunchError {
	return new LaunchError(message, 2);
}

/**
 * Splits tsmpirun's arguments in programs, options and program arguments.
 *
 * By hand, for two reasons: getopt's rules read MPI users' `-np 2` as `-n p -2`, and loading a general parser takes
 * longer than everything else that happens before the ranks start.
 */
export function readCommandLine(argv: readonly string[]): TypedProgram[] {
	const programs: TypedProgram[] = [];
	let position = 0;
	do {
		const options = new Map<OptionName, string[]>();
		position = readOptions(argv, position, options, programs.length > 0);
		const end = argv.indexOf(":", position);
		const words = argv.slice(position, end < 0 ? argv.length : end);
		programs.push({ options, program: words[0], args: words.slice(1) });
		position = end < 0 ? argv.length + 1 : end + 1;
	} while (position <= argv.length);
	return programs;
}

/** Reads options from `position` on; returns where the program stands. */
function readOptions(
	argv: readonly string[],
	start: number,
	options: Map<OptionName, string[]>,
	later: boolean,
): number {
	let position = start;
	for (;;) {
		const word = argv[position];
		if (word === undefined || !word.startsWith("-") || word === "-") return position;
		position++;
		if (word === "--") return position;
		const { row, attached } = findOption(word);
		if (later && row.perProgram !== true) {
			throw usageError(
				`Cannot take ${word} after ":": it holds for the whole job, so it stands before the first program`,
			);
		}
		const values = options.get(row.name) ?? [];
		options.set(row.name, values);
		if (row.value === undefined) {
			if (attached !== undefined) throw usageError(`Cannot take a value for ${word}: it is a plain switch`);
			values.push("");
			continue;
		}
		const value = attached ?? argv[position++];
		if (value === undefined) throw usageError(`Cannot read ${word}: it needs a value, ${row.value}`);
		values.push(value);
	}
}

function findOption(word: string): { row: Row; attached: string | undefined } {
	const bare = word.replace(/^--?/, "");
	const equals = bare.indexOf("=");
	const name = equals < 0 ? bare : bare.slice(0, equals);
	const row = BY_SPELLING.get(name);
	if (row !== undefined) return { row, attached: equals < 0 ? undefined : bare.slice(equals + 1) };
	const short = /^-([nc])(\d+)$/.exec(word);
	const counted = BY_SPELLING.get(short?.[1] ?? "");
	if (counted !== undefined) return { row: counted, attached: short?.[2] };
	const meant = nearest(name, [...BY_SPELLING.keys()]);
	const hint = meant === undefined ? "tsmpirun --help lists all" : `did you mean ${dashed(meant)}?`;
	throw usageError(`Unknown option ${equals < 0 ? word : word.slice(0, word.indexOf("="))}: ${hint}`);
}

/** An option's name as users type it. */
export function dashed(name: string): string {
	return name.length === 1 ? `-${name}` : `--${name}`;
}
