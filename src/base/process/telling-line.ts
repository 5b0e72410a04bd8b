/** The lines of a log that are not blank, without the blanks around them. */
export function linesOf(log: string): string[] {
	return log
		.split("\n")
		.map((line) => line.trim())
		.filter((line) => line !== "");
}

/** The first line that the first of these patterns finds, else the next pattern, and so on. */
export function firstMatch(lines: readonly string[], patterns: readonly RegExp[]): string | undefined {
	for (const pattern of patterns) {
		const found = lines.find((line) => pattern.test(line));
		if (found !== undefined) return found;
	}
	return undefined;
}

/**
 * The line of a program's log that best tells why it ended.
 *
 * @param patterns What gives such a line away, the surest first. If none is found, the last line must do.
 */
export function tellingLine(log: string, patterns: readonly RegExp[]): string | undefined {
	const lines = linesOf(log);
	return firstMatch(lines, patterns) ?? lines.at(-1);
}
