import { createRequire } from "node:module";
import type Yargs from "yargs";
import type { OptionRow } from "./row.ts";

/** Lines longer than this are hard to read, however wide the terminal is. */
const WIDEST = 110;
/** Where the output is no terminal. */
const USUAL_WIDTH = 80;

/** What `--help` says besides the options. */
export interface HelpFrame {
	/** The lines above the options. */
	readonly usage: string;
	/** Command lines, each with what it does. */
	readonly examples?: readonly (readonly [command: string, meaning: string])[];
	/** The paragraph at the end. */
	readonly epilogue?: string;
}

/**
 * The text of `--help`, laid out for the terminal by yargs. It is loaded here and not imported above, since every start
 * of a job would have to wait for it.
 */
export function helpText(table: readonly OptionRow[], { usage, examples = [], epilogue }: HelpFrame): string {
	const yargs: typeof Yargs = createRequire(import.meta.url)("yargs");
	// Its own --help and --version would stand in the list beside those of the table.
	const parser = yargs([]).usage(usage).help(false).version(false);
	parser.wrap(Math.min(WIDEST, parser.terminalWidth() || USUAL_WIDTH));
	for (const { name, aliases = [], value, group = "Options", describe } of table) {
		// Without a type: yargs would write [string] behind each.
		const text = value === undefined ? describe : `${value}: ${describe}`;
		parser.option(name, { alias: [...aliases], group: `${group}:`, describe: text });
	}
	for (const [command, meaning] of examples) parser.example(command, meaning);
	if (epilogue !== undefined) parser.epilogue(epilogue);
	let text = "";
	parser.showHelp((help) => {
		text = help;
	});
	return text;
}
