import { readFile } from "node:fs/promises";
import { JobError, reasonOf } from "../../errors.ts";

/** The API key for endpoints: the first line of a file, or what the environment has. */
export async function readApiKey(
	file: string | undefined,
	env: Readonly<Record<string, string | undefined>> = process.env,
): Promise<string | undefined> {
	if (file === undefined) return env.LLAMA_API_KEY || env.OPENAI_API_KEY || undefined;
	let text: string;
	try {
		text = await readFile(file, "utf8");
	} catch (error) {
		throw new JobError(`Cannot read the API key in ${file}: ${reasonOf(error)}`, 1, { cause: error });
	}
	const key = text.split("\n")[0]?.trim() ?? "";
	if (key === "") throw new JobError(`Cannot use the API key in ${file}: its first line is empty`);
	return key;
}
