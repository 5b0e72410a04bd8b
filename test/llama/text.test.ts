import test from "ava";
import { CharacterStream, StopFilter } from "../../src/llama/node-llama-cpp/host/text.ts";

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

/** What passes, piece by piece, and whether a stop text came. */
function filter(stops: readonly string[], ...pieces: readonly string[]): [string[], boolean] {
	const stopFilter = new StopFilter(stops);
	const passed = [...pieces.map((piece) => stopFilter.push(piece)), stopFilter.flush()];
	return [passed, stopFilter.stopped];
}

test("StopFilter lets pass what cannot be the beginning of a stop text", (t) => {
	t.deepEqual(filter([], "a", "b"), [["a", "b", ""], false]);
	t.deepEqual(filter([""], "a"), [["a", ""], false]);
	t.deepEqual(filter(["END"], "xE", "N", "x", "EN"), [["x", "", "ENx", "", "EN"], false]);
	t.deepEqual(filter(["END"], "xE", "N", "D", "more"), [["x", "", "", "", ""], true]);
	t.deepEqual(filter(["END"], "x END y"), [["x ", ""], true]);
	// The first occurrence counts, not the first stop text of the list.
	t.deepEqual(filter(["later", "now"], "a now b later"), [["a ", ""], true]);
	// "aab" after "aaab": the held text is not simply given up.
	t.deepEqual(filter(["aab"], "a", "a", "a", "b"), [["", "", "a", "", ""], true]);
});
