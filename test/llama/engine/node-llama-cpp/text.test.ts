import test from "ava";
import { CharacterStream } from "../../../../src/llama/engine/node-llama-cpp/host/text.ts";

/** Every token is a byte. */
function bytes(tokens: readonly number[]): string {
	return Buffer.from(tokens).toString("utf8");
}

test("CharacterStream holds bytes back until the character is whole", (t) => {
	const stream = new CharacterStream(bytes, []);
	const pieces = [...Buffer.from("aé€😀b")].map((byte) => stream.push(byte));
	t.deepEqual(pieces, ["a", "", "é", "", "", "€", "", "", "", "😀", "b"]);
	t.is(stream.flush(), "");
});

test("CharacterStream does not wait for ever for a character that never comes", (t) => {
	const stream = new CharacterStream(bytes, []);
	t.is(stream.push(0xe2), "");
	t.is(stream.flush(), "\ufffd");
	t.is(stream.flush(), "");
	const passed = new Array(20).fill(0x80).map((byte: number) => stream.push(byte));
	t.regex(passed.join(""), /^\ufffd{16}$/, "eight bytes at a time");
});

test("CharacterStream shows the tokens before, which decide about a space", (t) => {
	const seen: (readonly number[])[] = [];
	const stream = new CharacterStream(
		(tokens, before) => {
			seen.push(before);
			return tokens.join(",");
		},
		[1, 2, 3, 4, 5],
	);
	stream.push(6);
	stream.push(7);
	t.deepEqual(seen, [
		[2, 3, 4, 5],
		[3, 4, 5, 6],
	]);
});
