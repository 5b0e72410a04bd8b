import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import test from "ava";
import { EngineError, validateModel } from "../../../../src/llama/index.ts";
import { readGgufHeader } from "../../../../src/llama/model/gguf/header.ts";
import { random } from "../../../support/memory-channels.ts";
import { temporaryFolder, writeCycle } from "../../support/models.ts";

const folder = temporaryFolder();
let model: Buffer;

test.before(async () => {
	model = readFileSync(await writeCycle(join(folder, "cycle.gguf")));
});

/** The message that a file of these bytes is refused with. */
async function refusal(name: string, bytes: Uint8Array | string): Promise<string> {
	const path = join(folder, name);
	writeFileSync(path, bytes);
	try {
		await validateModel(path);
	} catch (error) {
		if (error instanceof EngineError && error.code === "ERR_MODEL") {
			return error.message.replace(`Cannot load model ${path}: `, "");
		}
		throw error;
	}
	return "accepted";
}

/** The model with some bytes changed, at an offset or where a text ends. */
function patched(where: number | string, bytes: readonly number[]): Buffer {
	const copy = Buffer.from(model);
	copy.set(bytes, typeof where === "number" ? where : copy.indexOf(where) + where.length);
	return copy;
}

test("validateModel() tells what is worth knowing", async (t) => {
	t.deepEqual(await validateModel(join(folder, "cycle.gguf")), {
		architecture: "llama",
		name: "test",
		contextLength: 2048,
		layers: 1,
		// One head of 64 numbers, for keys and for values.
		cacheBytesPerToken: 256,
		bytes: model.length,
		pooled: false,
		chatTemplate: true,
		embeddingSize: 128,
		// Four bytes each; the rest is the header.
		parameters: 165_248,
		vocabularySize: 356,
		vocabularyType: "llama",
	});
	const bare = await writeCycle(join(folder, "bare.gguf"), { template: "" });
	t.false((await validateModel(bare)).chatTemplate);
});

test("validateModel() says what is wrong with a file", async (t) => {
	t.is(await refusal("empty", ""), "it is empty");
	t.is(await refusal("short", "GG"), "it is not a GGUF file (2 bytes)");
	t.is(
		await refusal("text", "Hello, world, this is text"),
		'it is not a GGUF file (it begins with bytes 48656c6c, not "GGUF")',
	);
	t.is(await refusal("version", patched(4, [9])), "it is GGUF version 9; versions 2 and 3 can be used");
	t.is(
		await refusal("endian", patched(4, [0, 0, 0, 3])),
		"it is a big-endian GGUF file, which llama.cpp cannot use here",
	);
	t.regex(
		await refusal("head", model.subarray(0, 20)),
		/^it is truncated or damaged: its header needs 20 bytes/,
	);
	t.regex(await refusal("keys", model.subarray(0, 300)), /^it is truncated or damaged: /);
	t.is(
		await refusal("weights", model.subarray(0, -1)),
		`it is truncated: needs ${model.length} bytes, has ${model.length - 1}`,
	);
	t.regex(
		await refusal("counts", patched(8, new Array(16).fill(255))),
		/^it is truncated or damaged: a header of \d+/,
	);
});

test("validateModel() refuses what makes llama.cpp abort", async (t) => {
	// Behind a key come its type, four bytes, and its value.
	t.is(
		await refusal("heads", patched("llama.attention.head_count", [4, 0, 0, 0, 0])),
		"its key llama.attention.head_count is 0",
	);
	t.is(
		await refusal("unnamed", patched("llama.feed_forward_lengt", [0x78])),
		"its key llama.feed_forward_length is missing",
	);
	t.is(
		await refusal("architecture", patched("general.architectur", [0x78])),
		"its key general.architecture is missing",
	);
	t.regex(
		await refusal("twice", patched("general.nam", [0x65, 8, 0, 0, 0, 255])),
		/^it is (truncated or )?damaged: /,
	);
});

test("validateModel() names a file that cannot be read", async (t) => {
	await t.throwsAsync(validateModel(folder), { message: `Cannot load model ${folder}: it is a directory` });
	await t.throwsAsync(validateModel(join(folder, "no")), { message: /: there is no such file$/ });
	await t.throwsAsync(validateModel(join(folder, "cycle.gguf", "x")), {
		message: /: there is no such file$/,
	});
});

test("validateModel() never fails with anything but an EngineError, whatever is broken", async (t) => {
	const next = random(7);
	// In the weights there is nothing to break.
	const { dataStart } = await readGgufHeader(join(folder, "cycle.gguf"));
	const outcomes = { accepted: 0, refused: 0 };
	for (let round = 0; round < 400; round++) {
		const copy = Buffer.from(model);
		for (let flips = 1 + Math.floor(next() * 4); flips > 0; flips--) {
			copy[Math.floor(next() * dataStart)] = Math.floor(next() * 256);
		}
		const bytes = round % 2 === 0 ? copy : copy.subarray(0, Math.floor(next() * copy.length));
		const outcome = (await refusal("fuzz", bytes)) === "accepted" ? "accepted" : "refused";
		outcomes[outcome] += 1;
	}
	t.true(outcomes.refused > 200 && outcomes.accepted > 10, JSON.stringify(outcomes));
});
