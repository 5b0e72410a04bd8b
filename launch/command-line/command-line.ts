import { LaunchError } from "../../src/base/errors.ts";
import { describeMistake, type Mistake } from "../../src/base/options/mistake.ts";
import { dashed } from "../../src/base/options/row.ts";
import { type GivenOption, scanOptions } from "../../src/base/options/scan.ts";
import { OptionValues } from "../../src/base/options/values.ts";
import { splitWords } from "../../src/base/words.ts";
import { type LaunchOptionRow, OPTION_TABLE, type OptionName } from "./option-table.ts";

/** A program of the job as it was typed: its options, its name, its arguments. */
export interface TypedProgram {
	readonly options: OptionValues<OptionName>;
	readonly program: string | undefined;
	readonly args: readonly string[];
}

interface Row extends LaunchOptionRow {
	readonly name: OptionName;
}

const TABLE: readonly Row[] = OPTION_TABLE;

/** A mistake in the command line: exit code 2. */
export function usageError(message: string): LaunchError {
	return new LaunchError(message, 2);
}

/** Splits tsmpirun's arguments in programs, options and program arguments. */
export function readCommandLine(argv: readonly string[]): [TypedProgram, ...TypedProgram[]] {
	const first = readProgram(argv, 0);
	const programs: [TypedProgram, ...TypedProgram[]] = [first];
	for (let { next } = first; next !== undefined; ) {
		const program = readProgram(argv, next);
		const common = program.given.find(({ row }) => row.perProgram !== true);
		if (common !== undefined) {
			throw usageError(
				`Cannot take ${common.word} after ":": it holds for the whole job, so it stands before the first program`,
			);
		}
		programs.push(program);
		next = program.next;
	}
	return programs;
}

interface ReadProgram extends TypedProgram {
	readonly given: readonly GivenOption<Row>[];
	/** Where the next program's words begin. */
	readonly next: number | undefined;
}

function readProgram(argv: readonly string[], from: number): ReadProgram {
	const { given, end } = scanOptions(argv, TABLE, refuse, { style: "mpirun", from });
	const colon = argv.indexOf(":", end);
	const [program, ...args] = argv.slice(end, colon < 0 ? argv.length : colon);
	const options = new OptionValues(given, refuse);
	return { given, options, program, args, next: colon < 0 ? undefined : colon + 1 };
}

/** Splits arguments for another program that stand in one text. `source` is the option or variable that has them. */
export function splitArguments(text: string, source: string): string[] {
	return splitWords(text, () => usageError(`Cannot read ${source} ${text}: a quote is not closed`));
}

function refuse(mistake: Mistake): LaunchError {
	return usageError(describe(mistake));
}

function describe(mistake: Mistake): string {
	switch (mistake.kind) {
		case "unknown":
			return mistake.meant === undefined
				? `Unknown option ${mistake.word}: tsmpirun --help lists all`
				: describeMistake(mistake);
		case "surplus":
			return `Cannot take a value for ${mistake.word}: it is a plain switch`;
		case "missing":
			return `Cannot read ${mistake.word}: it needs a value, ${mistake.row.value}`;
		case "choice":
			return `Cannot use ${dashed(mistake.name)} ${mistake.value}: allowed are ${mistake.allowed.join(", ")}`;
		default:
			return describeMistake(mistake);
	}
}
