import { dashed } from "./row.ts";
import type { GivenOption } from "./scan.ts";

/** The mistake of an option that has a value twice, in one line: the first of two files would be left out without a word. */
export function repeatedOption(given: readonly GivenOption[]): string | undefined {
	const values = new Map<string, string>();
	for (const { row, value } of given) {
		if (row.value === undefined || row.several === true) continue;
		const first = values.get(row.name);
		if (first !== undefined) {
			return `Cannot use ${dashed(row.name)} twice, with ${first} and ${value}: it takes one value`;
		}
		values.set(row.name, value);
	}
	return undefined;
}
