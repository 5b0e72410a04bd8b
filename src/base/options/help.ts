import { createRequire } from "node:module";
import type Yargs from "yargs";
import type { OptionRow } from "./row.ts";

/** Lines longer than this are hard to read, however wide the terminal is. */
const WIDEST = 110;
/** Where the output is no terminal. Help with values behind the names has less room for words, and takes the widest. */
const USUAL_WIDTH = 80;

/** What `--help` says besides the options. */
export interface HelpFrame {
	/** The lines above the options. */
	readonly usage: string;
	/** Command lines, each with what it does. */
	readonly examples?: readonly (readonly [command: string, meaning: string])[];
	/** The paragraph at the end. */
	readonly epilogue?: string;
	/** Each option has one spelling: its value stands right behind its name, and other names are left out. */
	readonly oneSpelling?: true;
}

/**
 * The text of `--help`, laid out for the terminal by yargs. It is loaded here and not imported above, since every start
 * of a job would have to wait for it.
 */
export function helpText(table: readonly OptionRow[], frame: HelpFrame): string {
	const { usage, examples = [], epilogue, oneSpelling } = frame;
	const yargs: typeof Yargs = createRequire(import.meta.url)("yargs");
	// Its own --help and --version would stand in the list beside those of the table.
	const parser = yargs([]).usage(usage).help(false).version(false);
	const { columns = oneSpelling ? WIDEST : USUAL_WIDTH } = process.stdout;
	parser.wrap(Math.min(WIDEST, columns));
	// Without a type: yargs would write [string] behind each.
	for (const { name, aliases = [], value, group = "Options", describe } of table) {
		if (oneSpelling) {
			const key = value === undefined ? name : `${name} ${value}`;
			parser.option(key, { group: `${group}:`, describe });
		} else {
			const text = value === undefined ? describe : `${value}: ${describe}`;
			parser.option(name, { alias: [...aliases], group: `${group}:`, describe: text });
		}
	}
	for (const [command, meaning] of examples) parser.example(command, meaning);
	if (epilogue !== undefined) parser.epilogue(epilogue);
	let text = "";
	parser.showHelp((help) => {
		text = help;
	});
	return text;
}
