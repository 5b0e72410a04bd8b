/**
 * Splits arguments that stand in one text as a shell does: at blanks, but not within quotation marks or behind a
 * backslash. Throws what `unclosed` makes where a quotation mark has no partner.
 */
export function splitWords(text: string, unclosed: () => Error): string[] {
	const words: string[] = [];
	const pattern = /\s+|((?:[^\s'"\\]|\\.|'[^']*'|"(?:[^"\\]|\\.)*")+)|(.)/gsu;
	for (const [, word, stray] of text.matchAll(pattern)) {
		if (stray !== undefined) throw unclosed();
		if (word === undefined) continue;
		words.push(
			word.replace(/\\(.)|'([^']*)'|"((?:[^"\\]|\\.)*)"/gsu, (_, escaped, single, double) =>
				double === undefined ? (escaped ?? single) : double.replace(/\\(["\\$`])/g, "$1"),
			),
		);
	}
	return words;
}
