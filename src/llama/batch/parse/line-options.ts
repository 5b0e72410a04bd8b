import { readFile } from "node:fs/promises";
import { JobError, reasonOf } from "../../errors.ts";
import type { Defaults } from "../../openai/task.ts";
import { ID_KEYS } from "./record.ts";
import { parseTemplate, type Template } from "./template.ts";

/** What the lines of a file are taken for, as a command line says it. */
export interface PlainOptions extends Defaults {
	/** The column or key that is the prompt. @default "prompt" */
	readonly promptField?: string | undefined;
	/** The prompt made of columns. @default one column is the prompt */
	readonly promptTemplate?: string | undefined;
	/** Columns or keys that the answers repeat, besides `id` and `custom_id`. @default none */
	readonly keepFields?: readonly string[] | undefined;
	/** The system message of plain prompts, or "@" and the path of a file with it. @default none */
	readonly system?: string | undefined;
	/** Continue plain prompts as they are. @default false */
	readonly raw?: boolean | undefined;
}

/** The same, understood. */
export interface LineOptions extends Defaults {
	readonly promptField: string | undefined;
	readonly template: Template | undefined;
	readonly keepFields: readonly string[];
	/** Those, and the ids. */
	readonly keptNames: readonly string[];
	readonly system: string | undefined;
	readonly raw: boolean;
}

/** Whether lines are records of a data set: what the command line does not name is data, and nobody's parameter. */
export function isDataSet({ promptField, template }: Pick<LineOptions, "promptField" | "template">): boolean {
	return promptField !== undefined || template !== undefined;
}

/** @throws {JobError} if the template cannot be used, or the file of the system message not be read. */
export async function readLineOptions(options: PlainOptions): Promise<LineOptions> {
	const { promptField, promptTemplate, keepFields = [], system, raw = false } = options;
	return {
		...options,
		promptField,
		template: promptTemplate === undefined ? undefined : parseTemplate(promptTemplate),
		keepFields,
		keptNames: [...ID_KEYS, ...keepFields],
		system: system?.startsWith("@") ? await readSystem(system.slice(1)) : system,
		raw,
	};
}

async function readSystem(path: string): Promise<string> {
	try {
		const bytes = await readFile(path);
		const text = new TextDecoder("utf-8", { fatal: true }).decode(bytes);
		// The end that editors give a last line is none of the message's.
		return text.replace(/\r?\n$/, "");
	} catch (error) {
		throw new JobError(`Cannot read the system message in ${path}: ${reasonOf(error)}`, 1, { cause: error });
	}
}
