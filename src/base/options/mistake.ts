import { dashed, type OptionRow } from "./row.ts";

/** What is wrong with a command line. Each program says it in its own words, or in those of `describeMistake`. */
export type Mistake<Row extends OptionRow = OptionRow> =
	/** No option has this name. `meant` is the nearest one. */
	| { readonly kind: "unknown"; readonly word: string; readonly meant: string | undefined }
	/** A word that is no option, where the program takes options alone. */
	| { readonly kind: "argument"; readonly word: string }
	/** A switch with a value: --quiet=yes. */
	| { readonly kind: "surplus"; readonly word: string; readonly row: Row }
	/** Nothing where a value should be. */
	| { readonly kind: "missing"; readonly word: string; readonly row: Row }
	/** A value that cannot be used. */
	| { readonly kind: "value"; readonly name: string; readonly value: string; readonly expected: string }
	/** A value that is none of these words. */
	| {
			readonly kind: "choice";
			readonly name: string;
			readonly value: string;
			readonly allowed: readonly string[];
	  }
	/** A quotation mark that has no partner, in a value that holds several words. */
	| { readonly kind: "quote"; readonly name: string; readonly value: string };

/** Makes the error that a program throws for a mistake. */
export type Refuse<Row extends OptionRow = OptionRow> = (mistake: Mistake<Row>) => Error;

/** One line that names the option, what was given, and what is allowed. */
export function describeMistake(mistake: Mistake): string {
	switch (mistake.kind) {
		case "unknown": {
			const { word, meant } = mistake;
			return `Unknown option ${word}: ${meant === undefined ? "see --help" : `did you mean ${dashed(meant)}?`}`;
		}
		case "argument":
			return `Cannot use the argument ${JSON.stringify(mistake.word)}: all arguments are options; see --help`;
		case "surplus":
			return `Cannot use ${dashed(mistake.row.name)} with a value: it is a switch`;
		case "missing": {
			const name = dashed(mistake.row.name);
			return `Cannot use ${name} without a value: ${name} ${mistake.row.value}`;
		}
		case "value":
			return `Cannot use ${dashed(mistake.name)} ${mistake.value}: it takes ${mistake.expected}`;
		case "choice":
			return `Cannot use ${dashed(mistake.name)} ${mistake.value}: it takes ${mistake.allowed.join(", ")}`;
		case "quote":
			return `Cannot read ${dashed(mistake.name)} ${mistake.value}: a quote is not closed`;
	}
}
