import { closeSync, ftruncateSync, openSync, writeSync } from "node:fs";
import { join } from "node:path";
import test from "ava";
import { validateModel } from "../../../../src/llama/index.ts";
import { VALUE } from "../../../../src/llama/model/gguf/types.ts";
import { temporaryFolder } from "../../support/models.ts";

const folder = temporaryFolder();
const GIB4 = 2 ** 32;

function u32(value: number): Buffer {
	const bytes = Buffer.alloc(4);
	bytes.writeUInt32LE(value);
	return bytes;
}

function u64(value: number): Buffer {
	const bytes = Buffer.alloc(8);
	bytes.writeBigUInt64LE(BigInt(value));
	return bytes;
}

function text(value: string): Buffer {
	return Buffer.concat([u64(Buffer.byteLength(value)), Buffer.from(value)]);
}

/** What a file of 4 GiB is refused with that has this header; a number is a hole of so many bytes. */
async function refusal(
	name: string,
	tensors: number,
	keys: number,
	...rest: readonly (Buffer | number)[]
): Promise<string> {
	const path = join(folder, name);
	const file = openSync(path, "w");
	let at = 0;
	for (const part of [Buffer.from("GGUF"), u32(3), u64(tensors), u64(keys), ...rest])
		at += typeof part === "number" ? part : writeSync(file, part, 0, part.length, at);
	ftruncateSync(file, GIB4);
	closeSync(file);
	const before = process.memoryUsage().rss;
	const started = performance.now();
	try {
		await validateModel(path);
		return "accepted";
	} catch (error) {
		const seconds = (performance.now() - started) / 1000;
		const megabytes = (process.memoryUsage().rss - before) / 2 ** 20;
		// What took minutes and gigabytes takes neither, on a machine however busy.
		if (seconds > 20 || megabytes > 300) return `after ${seconds} s with ${megabytes} MiB`;
		return String(error).replace(`EngineError: Cannot load model ${path}: it is damaged: `, "");
	}
}

test("counts that only a file's size allows are refused before they cost anything", async (t) => {
	t.is(
		await refusal(
			"tokens",
			0,
			1,
			text("tokenizer.ggml.tokens"),
			u32(VALUE.array),
			u32(VALUE.string),
			u64(3e8),
		),
		"number of tokens: 300000000, more than 4000000",
	);
	t.is(await refusal("tensors", 1.5e8, 0), "number of tensors: 150000000, more than 100000");
	t.is(await refusal("keys", 0, 1e8), "number of keys: 100000000, more than 10000");
	t.is(
		await refusal("list", 0, 1, text("words"), u32(VALUE.array), u32(VALUE.string), u64(4e8)),
		'entries of lists up to "words": 400000000, more than 10000000',
	);
	const list = [u32(VALUE.array), u64(1)];
	t.is(
		await refusal("deep", 0, 1, text("deep"), u32(VALUE.array), ...list, ...list, ...list, ...list),
		'depth of the list "deep": 5, more than 4',
	);
});

test("texts of a size that only a file's size allows are refused", async (t) => {
	t.is(
		await refusal("text", 0, 1, text("general.name"), u32(VALUE.string), u64(2 ** 31)),
		'bytes of the key "general.name": 2147483648, more than 67108864',
	);
	t.is(await refusal("key", 0, 1, u64(3e9)), "bytes of the name of key 1 of 1: 3000000000, more than 65536");
	t.is(
		await refusal("name", 1, 0, u64(3e9)),
		"bytes of the name of tensor 1 of 1: 3000000000, more than 65536",
	);
	const key = (name: string) => [text(name), u32(VALUE.string), u64(2 ** 26), 2 ** 26];
	t.is(
		await refusal("sum", 0, 5, ...["a", "b", "c", "d", "e"].flatMap(key)),
		"bytes of all its texts: 268435460, more than 268435456",
	);
});

test("names of a file are shown in quotes, cut, and without what a terminal would obey", async (t) => {
	t.is(
		await refusal("escape", 0, 1, text(`\x1b]0;owned\x07\u009b${"x".repeat(100)}`), u32(77)),
		`the key "\\u001b]0;owned\\u0007\\u009b${"x".repeat(49)}…" has the unknown type 77`,
	);
});
