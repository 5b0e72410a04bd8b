import { readFileSync } from "node:fs";
import { open } from "node:fs/promises";
import { join } from "node:path";
import test from "ava";
import { halfBits } from "../../../../src/llama/model/gguf/half.ts";
import { readGgufHeader } from "../../../../src/llama/model/gguf/header.ts";
import { type GgufEntry, writeGguf } from "../../../../src/llama/model/gguf/writer.ts";
import { temporaryFolder } from "../../support/models.ts";

const folder = temporaryFolder();

test("readGgufHeader() reads what writeGguf() has written", async (t) => {
	const path = join(folder, "small.gguf");
	const entries: readonly GgufEntry[] = [
		{ key: "text", type: "string", value: "Zeiß €" },
		{ key: "yes", type: "bool", value: true },
		{ key: "number", type: "u32", value: 4_000_000_000 },
		{ key: "real", type: "f32", value: 0.25 },
		{ key: "tokenizer.ggml.tokens", type: "strings", value: ["a", "", "€"] },
		{ key: "scores", type: "f32s", value: [1, 2] },
		{ key: "types", type: "i32s", value: [-1, 2, 3] },
	];
	const fill = () => (row: Float32Array, index: number) => void row.fill(index + 0.5);
	const file = await open(path, "w");
	await writeGguf(file, entries, [
		{ name: "matrix", columns: 5, rows: 3, type: "f16", fill },
		{ name: "vector", columns: 2, type: "f32", fill },
	]);
	await file.close();

	const header = await readGgufHeader(path);
	t.deepEqual(
		[...header.keys],
		[
			["text", "Zeiß €"],
			["yes", 1],
			["number", 4_000_000_000],
			["real", 0.25],
			["tokenizer.ggml.tokens", { length: 3 }],
			["scores", { length: 2 }],
			["types", { length: 3 }],
		],
	);
	t.deepEqual(header.tokens, ["a", "", "€"]);
	t.deepEqual(header.tensors, [
		{ name: "matrix", dimensions: [5, 3], type: 1, offset: 0 },
		{ name: "vector", dimensions: [2], type: 0, offset: 32 },
	]);
	t.is(header.dataStart % 32, 0);
	t.is(header.fileBytes, header.dataStart + 64);
	const data = readFileSync(path).subarray(header.dataStart);
	// 0.5, 1.5 and 2.5 as halves, five of each, and two single-precision numbers behind the padding.
	const halves = Array.from({ length: 15 }, (_, index) => data.readUInt16LE(index * 2));
	t.deepEqual(
		halves,
		[0x3800, 0x3e00, 0x4100].flatMap((half) => new Array(5).fill(half)),
	);
	t.deepEqual([data.readFloatLE(32), data.readFloatLE(36)], [0.5, 0.5]);
});

test("halfBits() rounds to the nearest half, ties to even", (t) => {
	const cases: readonly (readonly [number, number])[] = [
		[0, 0x0000],
		[-0, 0x8000],
		[1, 0x3c00],
		[-2, 0xc000],
		[65504, 0x7bff],
		[65520, 0x7c00],
		[1e9, 0x7c00],
		[-1e9, 0xfc00],
		[2 ** -14, 0x0400],
		[2 ** -24, 0x0001],
		[2 ** -25, 0x0000],
		[2 ** -26, 0x0000],
		[3 * 2 ** -25, 0x0002],
		[1 + 2 ** -11, 0x3c00],
		[1 + 3 * 2 ** -11, 0x3c02],
		[1 + 2 ** -11 + 2 ** -20, 0x3c01],
		[2 - 2 ** -12, 0x4000],
		[1 / 3, 0x3555],
	];
	for (const [value, bits] of cases) t.is(halfBits(value), bits, `${value}`);
});
