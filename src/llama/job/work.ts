import { open } from "node:fs/promises";
import type { Prompt } from "../engine.ts";
import { JobError, reasonOf } from "../errors.ts";
import { BUILT_IN_PROMPTS, readPrompts } from "../prompts.ts";
import type { JobOptions } from "./options.ts";

/** One request: the index is its place in the results, and is added to the seed. */
export interface WorkItem {
	readonly index: number;
	readonly prompt: Prompt;
}

/**
 * Reads the prompts, repeats or cuts them to `--requests`, and sees to it that the files of the results and of the
 * report can be written, before any time is spent.
 */
export async function loadWork(
	options: Pick<JobOptions, "prompts" | "requests" | "out" | "json" | "md" | "html" | "trace">,
): Promise<WorkItem[]> {
	const prompts = options.prompts === undefined ? BUILT_IN_PROMPTS : await readPrompts(options.prompts);
	for (const path of [options.out, options.json, options.md, options.html, options.trace]) {
		if (path !== undefined) await touch(path);
	}
	const count = options.requests ?? prompts.length;
	return Array.from({ length: count }, (_, index) => ({
		index,
		prompt: prompts[index % prompts.length] ?? "",
	}));
}

/** Deals items to ranks like cards: rank r gets r, size + r, 2 size + r, ... */
export function roundRobin<T>(items: readonly T[], size: number): T[][] {
	return Array.from({ length: size }, (_, rank) => items.filter((_, index) => index % size === rank));
}

async function touch(path: string): Promise<void> {
	try {
		const file = await open(path, "a");
		await file.close();
	} catch (error) {
		throw new JobError(`Cannot write ${path}: ${reasonOf(error)}`, 1, { cause: error });
	}
}
