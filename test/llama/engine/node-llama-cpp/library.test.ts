import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import test from "ava";
import { importLibrary } from "../../../../src/llama/engine/node-llama-cpp/host/library/library.ts";
import { temporaryFolder } from "../../support/models.ts";

const folder = temporaryFolder();

/** A package of this name with these files; gives the URL of its index. */
function library(name: string, files: Readonly<Record<string, string>>): string {
	for (const [file, text] of Object.entries(files)) {
		const path = join(folder, name, file);
		mkdirSync(join(path, ".."), { recursive: true });
		writeFileSync(path, text);
	}
	return pathToFileURL(join(folder, name, "index.mjs")).href;
}

const name = (getLlama: unknown) => (getLlama as () => string)();
const INDEX = 'export const getLlama = () => "all of it";';

test("of node-llama-cpp only the file with getLlama is loaded", async (t) => {
	const all = (await import("node-llama-cpp" as string)) as { readonly getLlama: unknown };
	const part = await importLibrary();
	t.is(part.getLlama as unknown, all.getLlama);
	t.false("LlamaChatSession" in part);
});

test("all of node-llama-cpp is loaded where there is no such file, or it has no getLlama", async (t) => {
	const none = await importLibrary(library("none", { "index.mjs": INDEX }));
	t.is(name(none.getLlama), "all of it");
	const other = { "bindings/getLlama.js": "export const open = 1;", "package.json": '{"type":"module"}' };
	const renamed = await importLibrary(library("renamed", { "index.mjs": INDEX, ...other }));
	t.is(name(renamed.getLlama), "all of it");
});

test("a library that does not load says why", async (t) => {
	const broken = library("broken", { "index.mjs": 'throw new Error("no such symbol");' });
	await t.throwsAsync(importLibrary(broken), { message: "no such symbol" });
});
