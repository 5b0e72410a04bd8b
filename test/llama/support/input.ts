import { execFileSync, spawn } from "node:child_process";
import { writeFileSync } from "node:fs";
import { Input, type InputOptions } from "../../../src/llama/batch/input/input.ts";
import type { ItemOptions } from "../../../src/llama/batch/parse/parse-item.ts";

/** Reads all of an input: of each request what it asks for, of each bad line its error. */
export async function readInput(path: string | undefined, options: Partial<InputOptions> = {}) {
	const defaults = { requests: undefined, maxTokens: 8, temperature: 0, seed: 5 };
	const input = await Input.open({ in: path, ...defaults, ...options });
	const all: unknown[] = [];
	const requests: unknown[] = [];
	for await (const entries of input.entries()) {
		for (const { request } of entries) {
			requests.push(request);
			if (!("task" in request)) all.push(request.message);
			else all.push(request.task.kind === "generate" ? request.task.prompts[0] : request.task.texts);
		}
	}
	return { input, form: input.form, all, requests };
}

/** How items are read of which a command line says nothing. */
export function itemOptions(changes: Partial<ItemOptions> = {}): ItemOptions {
	return {
		...{ maxTokens: 8, temperature: 0, seed: 1 },
		...{ promptField: undefined, template: undefined, keepFields: [], keptNames: [] },
		...{ system: undefined, raw: false, texts: "json", form: "batch" },
		...changes,
	};
}

/** What two chats look like, once they are read. */
export const user = (content: string) => ({ role: "user", content });

/** A named pipe out of which this comes, for whoever reads it first. */
export function fifoWith(path: string, content: string | Buffer): string {
	execFileSync("mkfifo", [path]);
	writeFileSync(`${path}.content`, content);
	spawn("cp", [`${path}.content`, path], { stdio: "inherit" });
	return path;
}
