import { writeFileSync } from "node:fs";
import { join } from "node:path";
import test from "ava";
import { validateModel } from "../../../../src/llama/index.ts";
import { readGgufHeader } from "../../../../src/llama/model/gguf/header.ts";
import { head, key, TYPE, text, u32, u64 } from "../../support/gguf-bytes.ts";
import { temporaryFolder } from "../../support/models.ts";

const folder = temporaryFolder();

function bytes(size: number, write: (buffer: Buffer) => void): Buffer {
	const buffer = Buffer.alloc(size);
	write(buffer);
	return buffer;
}

/** The number 200, or -100 where there is a sign, in each type: its number in the file, its bytes and its value. */
const NUMBERS: readonly (readonly [name: string, type: number, bytes: Buffer, value: number | boolean])[] = [
	["u8", 0, bytes(1, (to) => to.writeUInt8(200)), 200],
	["i8", 1, bytes(1, (to) => to.writeInt8(-100)), -100],
	["u16", 2, bytes(2, (to) => to.writeUInt16LE(200)), 200],
	["i16", 3, bytes(2, (to) => to.writeInt16LE(-100)), -100],
	["u32", 4, bytes(4, (to) => to.writeUInt32LE(200)), 200],
	["i32", 5, bytes(4, (to) => to.writeInt32LE(-100)), -100],
	["f32", 6, bytes(4, (to) => to.writeFloatLE(-100.5)), -100.5],
	["bool", 7, Buffer.from([1]), true],
	["u64", 10, bytes(8, (to) => to.writeBigUInt64LE(200n)), 200],
	["i64", 11, bytes(8, (to) => to.writeBigInt64LE(-100n)), -100],
	["f64", 12, bytes(8, (to) => to.writeDoubleLE(-100.25)), -100.25],
];

test("readGgufHeader() reads numbers of every type, alone and in lists", async (t) => {
	const keys = NUMBERS.flatMap(([name, type, value]) => [
		key(name, type, value),
		key(`${name}s`, TYPE.list, u32(type), u64(3), value, value, value),
	]);
	const path = join(folder, "numbers.gguf");
	// The last key shows that nothing before it was read too long or too short.
	const texts = key("texts", TYPE.list, u32(TYPE.string), u64(2), text("a"), text(""));
	writeFileSync(path, head(0, keys.length + 2, ...keys, texts, key("end", TYPE.string, text("here"))));
	t.deepEqual(
		[...(await readGgufHeader(path)).keys],
		[
			...NUMBERS.flatMap(([name, , , value]) => [
				[name, value],
				[`${name}s`, { length: 3 }],
			]),
			["texts", { length: 2 }],
			["end", "here"],
		],
	);
});

test("validateModel() finds numbers of a model in whatever type they are", async (t) => {
	for (const [name, type, of] of [
		["u8", 0, bytes(1, (to) => to.writeUInt8(2))],
		["u16", 2, bytes(2, (to) => to.writeUInt16LE(2))],
		["i64", 11, u64(2)],
		["f64", 12, bytes(8, (to) => to.writeDoubleLE(2))],
	] as const) {
		const path = join(folder, `${name}.gguf`);
		const keys = ["context_length", "embedding_length", "block_count", "pooling_type"].map((each) =>
			key(`any.${each}`, type, of),
		);
		writeFileSync(path, head(0, 5, key("general.architecture", TYPE.string, text("any")), ...keys));
		const { contextLength, embeddingSize, layers, pooled, chatTemplate } = await validateModel(path);
		t.deepEqual([contextLength, embeddingSize, layers, pooled, chatTemplate], [2, 2, 2, true, false], name);
	}
});

test("validateModel() tells of a chat template however long it is", async (t) => {
	for (const length of [0, 1, 100_000]) {
		const path = join(folder, `template-${length}.gguf`);
		const keys = [
			key("general.architecture", TYPE.string, text("any")),
			key("tokenizer.chat_template", TYPE.string, text("x".repeat(length))),
		];
		writeFileSync(path, head(0, keys.length, ...keys));
		t.is((await validateModel(path)).chatTemplate, length > 0);
	}
});
