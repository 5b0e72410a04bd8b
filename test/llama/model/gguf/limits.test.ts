import { join } from "node:path";
import test from "ava";
import { EngineError, validateModel } from "../../../../src/llama/index.ts";
import { head, key, TYPE, text, u32, u64, writeSparse } from "../../support/gguf-bytes.ts";
import { temporaryFolder } from "../../support/models.ts";

const folder = temporaryFolder();
const GIB = 2 ** 30;

/** What a file of 4 GiB, nearly all of them holes, is refused with, and how much processor time that took. */
async function refusal(name: string, bytes: Buffer, size = 4 * GIB): Promise<{ text: string; ms: number }> {
	const path = writeSparse(join(folder, name), bytes, size);
	const start = process.cpuUsage();
	try {
		await validateModel(path);
	} catch (error) {
		if (!(error instanceof EngineError)) throw error;
		const { user, system } = process.cpuUsage(start);
		return { text: error.message.replace(`Cannot load model ${path}: `, ""), ms: (user + system) / 1000 };
	}
	return { text: "accepted", ms: 0 };
}

test("a length of 2 GiB or more is refused instead of read", async (t) => {
	const long = await refusal("value", head(0, 1, key("long", TYPE.string, u64(2 ** 31))));
	t.is(long.text, 'it is damaged: the key "long" has 2147483648 bytes, more than 67108864');
	const name = await refusal("name", head(0, 1, u64(2 ** 31)));
	t.is(name.text, "it is damaged: the name of key 1 of 1 has 2147483648 bytes, more than 1024");
	const tensor = await refusal("tensor", head(1, 0, u64(3 * GIB)));
	t.is(tensor.text, "it is damaged: the name of tensor 1 of 1 has 3221225472 bytes, more than 1024");
	const token = key("tokenizer.ggml.tokens", TYPE.list, u32(TYPE.string), u64(1), u64(2 ** 31));
	const { text: tokenText } = await refusal("token", head(0, 1, token));
	t.is(tokenText, "it is damaged: token 0 has 2147483648 bytes, more than 65536");
});

test("counts that no model has are refused at once", async (t) => {
	const tokens = key("tokenizer.ggml.tokens", TYPE.list, u32(TYPE.string), u64(3e8));
	const texts = key("tokenizer.ggml.merges", TYPE.list, u32(TYPE.string), u64(4e8));
	const lists = key("lists", TYPE.list, u32(TYPE.list), u64(3e8));
	const cases = [
		[head(0, 1, tokens), "it is damaged: it has 300000000 tokens, more than 4000000"],
		[head(1.5e8, 0), "it is damaged: it has 150000000 tensors, more than 100000"],
		[head(0, 3e8), "it is damaged: it has 300000000 keys, more than 10000"],
		[
			head(0, 1, texts),
			'it is damaged: its lists have more than 16000000 texts (the list "tokenizer.ggml.merges": 400000000)',
		],
		[head(0, 1, lists), 'the list "lists" is a list of lists, which llama.cpp cannot use'],
	] as const;
	for (const [index, [bytes, expected]] of cases.entries()) {
		const { text: said, ms } = await refusal(`count-${index}`, bytes);
		t.is(said, expected);
		t.true(ms < 1000, `${said}: ${ms} ms`);
	}
});

test("names of a file are quoted, escaped and cut", async (t) => {
	const evil = `\u001b]0;pwned\u0007\u009b31m\u202e${"x".repeat(500)}`;
	const { text: said } = await refusal("evil", head(0, 1, key(evil, 99)));
	t.is(
		said,
		`it is damaged: the key "\\u001b]0;pwned\\u0007\\u009b31m\\u202e${"x".repeat(42)}..." has the unknown type 99`,
	);
	const twice = key(
		"tokenizer.ggml.tokens",
		TYPE.list,
		...[u32(TYPE.string), u64(2), text("\u001b[2J"), text("\u001b[2J")],
	);
	const { text: token } = await refusal("twice", head(0, 1, twice));
	t.is(token, 'the token "\\u001b[2J" is twice in its vocabulary');
});

test("the number of parts is believed up to 16 bits", async (t) => {
	const parts = key("split.count", 4, u32(4e9));
	const { text: said } = await refusal("parts", head(0, 1, parts));
	t.is(said, "it is damaged: its keys split.no and split.count are no numbers of parts");
});
