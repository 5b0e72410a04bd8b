import { open } from "node:fs/promises";
import { Batch } from "../batch/batch.ts";
import { cannotWrite } from "../batch/journal.ts";
import type { JobOptions } from "./options.ts";

/** What opening a job's files needs of its options. */
export type OpenBatchOptions = Pick<
	JobOptions,
	"prompts" | "requests" | "maxTokens" | "temperature" | "seed" | "out" | "resume" | "retryFailed" | "ordered"
> &
	Partial<Pick<JobOptions, "json" | "md" | "html" | "trace">>;

/**
 * Opens the input and the output of a job, and sees to it that the files of the report can be written, before any time
 * is spent.
 *
 * @throws {JobError} if a file cannot be used.
 */
export async function openBatch(options: OpenBatchOptions): Promise<Batch> {
	for (const path of [options.out, options.json, options.md, options.html, options.trace]) {
		if (path !== undefined) await touch(path);
	}
	return await Batch.open(options);
}

async function touch(path: string): Promise<void> {
	try {
		const file = await open(path, "a");
		await file.close();
	} catch (error) {
		throw cannotWrite(path, error);
	}
}
