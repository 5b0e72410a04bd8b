import { usageError } from "../../launch/command-line/command-line.ts";

/** Splits arguments that stand in one text, as a shell does: at blanks, but not within quotes or behind a backslash. */
export function splitWords(text: string, option: string): string[] {
	const words: string[] = [];
	const pattern = /\s+|((?:[^\s'"\\]|\\.|'[^']*'|"(?:[^"\\]|\\.)*")+)|(.)/gsu;
	for (const [, word, stray] of text.matchAll(pattern)) {
		if (stray !== undefined) throw usageError(`Cannot read ${option} ${text}: a quote is not closed`);
		if (word === undefined) continue;
		words.push(
			word.replace(/\\(.)|'([^']*)'|"((?:[^"\\]|\\.)*)"/gsu, (_, escaped, single, double) =>
				double === undefined ? (escaped ?? single) : double.replace(/\\(["\\$`])/g, "$1"),
			),
		);
	}
	return words;
}
