import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { open } from "node:fs/promises";
import { join } from "node:path";
import test from "ava";
import { validateModel } from "../../../../src/llama/index.ts";
import { type GgufEntry, writeGguf } from "../../../../src/llama/model/gguf/writer.ts";
import { temporaryFolder } from "../../support/models.ts";

const folder = temporaryFolder();

/** A part of a split model with the types that llama.cpp's splitter gives its keys; only the first has the model's own. */
async function writePart(name: string, number: number, parts: number): Promise<string> {
	const path = join(folder, name);
	const file = await open(path, "w");
	const entries: readonly GgufEntry[] = [
		...(number === 1 ? [{ key: "general.architecture", type: "string", value: "any" } as const] : []),
		{ key: "split.no", type: "u16", value: number - 1 },
		{ key: "split.count", type: "u16", value: parts },
	];
	const ones = {
		name: `m${number}`,
		columns: 32,
		type: "f32",
		fill: () => (row: Float32Array) => void row.fill(1),
	} as const;
	await writeGguf(file, entries, [ones]);
	await file.close();
	return path;
}

test("validateModel() wants all parts of a split model, from the first", async (t) => {
	const first = await writePart("big-00001-of-00002.gguf", 1, 2);
	const second = join(folder, "big-00002-of-00002.gguf");
	await t.throwsAsync(validateModel(first), {
		message: `Cannot load model ${second}: there is no such file`,
	});
	await writePart("big-00002-of-00002.gguf", 2, 2);
	t.is((await validateModel(first)).bytes, readFileSync(first).length + readFileSync(second).length);
	await t.throwsAsync(validateModel(second), {
		message: `Cannot load model ${second}: it is part 2 of 2: give the first part, ${first}`,
	});
	const renamed = await writePart("renamed.gguf", 1, 2);
	await t.throwsAsync(validateModel(renamed), { message: /name does not end in -00001-of-00002\.gguf$/ });
	writeFileSync(second, readFileSync(second).subarray(0, -1));
	await t.throwsAsync(validateModel(first), {
		message: new RegExp(`^Cannot load model ${second}: it is truncated`),
	});
	rmSync(second);
});

test("validateModel() refuses a number of parts that is none", async (t) => {
	const path = join(folder, "odd.gguf");
	const file = await open(path, "w");
	await writeGguf(file, [{ key: "split.count", type: "string", value: "two" }], []);
	await file.close();
	await t.throwsAsync(validateModel(path), {
		message: /it is damaged: its key split\.count is not a whole number from 0 to 99999$/,
	});
});
