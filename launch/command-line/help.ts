import { OPTION_TABLE, type OptionRow } from "./option-table.ts";

const EXIT_CODES = [
	"Exit code: 0 if all ranks exit 0, else that of the first rank that failed (128 + N after signal N);",
	"abort(code): that code; 124 after --timeout; 130, 143, 129 after SIGINT, SIGTERM, SIGHUP;",
	"127 program not found; 126 not executable or no --wdir; 2 wrong usage; 1 anything else.",
].join(" ");

/** The text of --help. Only this loads yargs: it lays out and wraps the table for the terminal. */
export async function helpText(): Promise<string> {
	const { default: yargs } = await import("yargs");
	const rows: readonly OptionRow[] = OPTION_TABLE;
	let parser = yargs([])
		.scriptName("tsmpirun")
		.usage("Usage: tsmpirun [options] program [arguments] [: [options] program [arguments]]...")
		.help(false)
		.version(false)
		.example("tsmpirun -np 2 prog.js", "two ranks on this machine")
		.example("tsmpirun --hostfile hostfile prog.js", "a rank for each slot")
		.example("tsmpirun -n 1 head.js : -n 3 worker.js", "two programs, one job")
		.epilogue(EXIT_CODES);
	parser = parser.wrap(Math.min(110, parser.terminalWidth() || 80));
	for (const { name, aliases, value, group, describe } of rows) {
		// Without a type: yargs would write [string] behind each.
		const text = value === undefined ? describe : `${value}: ${describe}`;
		parser = parser.option(name, { alias: [...aliases], group: `${group}:`, describe: text });
	}
	return `${await parser.getHelp()}\n`;
}
