import { JobError } from "../../errors.ts";
import type { LineOptions } from "./line-options.ts";
import { ID_KEYS, listNames, PROMPT_KEYS } from "./record.ts";

/**
 * The columns of a table that are read.
 *
 * @param columns Those that it has.
 * @throws {JobError} if one that is needed is not there.
 */
export function chooseColumns(
	columns: readonly string[],
	name: string,
	{ promptField, template, keepFields }: Pick<LineOptions, "promptField" | "template" | "keepFields">,
): readonly string[] {
	const refuse = (reason: string) =>
		new JobError(`Cannot use the prompts in ${name}: ${reason}; its columns are ${listNames(columns)}`);
	const named = template?.columns ?? (promptField === undefined ? [] : [promptField]);
	for (const column of [...named, ...keepFields]) {
		if (!columns.includes(column)) throw refuse(`it has no column ${JSON.stringify(column)}`);
	}
	const prompts = named.length > 0 ? named : PROMPT_KEYS.filter((key) => columns.includes(key));
	if (prompts.length === 0) {
		throw refuse(
			"it has no column prompt: name one with --prompt-field, or make it of several with --prompt-template",
		);
	}
	if (named.length === 0 && prompts.length > 1) {
		throw refuse(`both ${listNames(prompts)} may be the prompt: name one with --prompt-field`);
	}
	const others = ["system", ...ID_KEYS].filter((column) => columns.includes(column));
	return [...new Set([...prompts, ...others, ...keepFields])];
}
