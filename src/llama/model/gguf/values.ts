import { MOST } from "./limits.ts";
import { quote } from "./quote.ts";
import { GgufError, type GgufSource } from "./source.ts";
import { VALUE, VALUE_BYTES } from "./types.ts";

/** A value of a key. Of lists and of long texts only the length is kept. */
export type GgufValue = string | number | boolean | { readonly length: number };

/** What was read of a header so far that counts towards a limit. */
export interface Budget {
	/** Texts in lists that may still come. */
	listedTexts: number;
}

type ReadNumber = (buffer: Buffer, at: number) => number;

/** How the types of fixed size are read, by their numbers. */
const READ = new Map<number, ReadNumber>([
	[VALUE.u8, (buffer, at) => buffer.readUInt8(at)],
	[VALUE.i8, (buffer, at) => buffer.readInt8(at)],
	[VALUE.u16, (buffer, at) => buffer.readUInt16LE(at)],
	[VALUE.i16, (buffer, at) => buffer.readInt16LE(at)],
	[VALUE.u32, (buffer, at) => buffer.readUInt32LE(at)],
	[VALUE.i32, (buffer, at) => buffer.readInt32LE(at)],
	[VALUE.f32, (buffer, at) => buffer.readFloatLE(at)],
	[VALUE.bool, (buffer, at) => buffer.readUInt8(at)],
	[VALUE.u64, (buffer, at) => Number(buffer.readBigUInt64LE(at))],
	[VALUE.i64, (buffer, at) => Number(buffer.readBigInt64LE(at))],
	[VALUE.f64, (buffer, at) => buffer.readDoubleLE(at)],
]);

/** Reads the value of a key, of whatever type. */
export async function readValue(
	source: GgufSource,
	key: string,
	type: number,
	budget: Budget,
): Promise<GgufValue> {
	const bytes = VALUE_BYTES[type];
	const read = READ.get(type);
	if (bytes !== undefined && read !== undefined) {
		const number = await source.number(bytes, read);
		return type === VALUE.bool ? number !== 0 : number;
	}
	switch (type) {
		case VALUE.string:
			return await readText(source, key);
		case VALUE.array:
			return { length: await skipList(source, key, budget) };
		default:
			throw new GgufError(`it is damaged: the key ${quote(key)} has the unknown type ${type}`);
	}
}

async function readText(source: GgufSource, key: string): Promise<GgufValue> {
	const what = `the key ${quote(key)}`;
	const length = await source.textLength(what, MOST.textBytes);
	if (length <= MOST.keptBytes) return await source.text(length);
	source.skip(length, what);
	return { length };
}

async function skipList(source: GgufSource, key: string, budget: Budget): Promise<number> {
	const what = `the list ${quote(key)}`;
	const elementType = await source.u32();
	const length = await source.u64();
	const bytes = VALUE_BYTES[elementType];
	if (bytes !== undefined) {
		source.skip(length * bytes, what);
		return length;
	}
	// llama.cpp cannot read them either.
	if (elementType === VALUE.array)
		throw new GgufError(`${what} is a list of lists, which llama.cpp cannot use`);
	if (elementType !== VALUE.string)
		throw new GgufError(`it is damaged: ${what} has the unknown type ${elementType}`);
	checkLength(source, length, what, budget);
	for (let index = 0; index < length; index++)
		source.skip(await source.textLength(what, MOST.textBytes), what);
	return length;
}

/** Reads the vocabulary and checks it, but keeps nothing: llama.cpp aborts where a text is twice in it. */
export async function readTokens(source: GgufSource, budget: Budget): Promise<number> {
	const elementType = await source.u32();
	const length = await source.u64();
	if (elementType !== VALUE.string)
		throw new GgufError("it is damaged: tokenizer.ggml.tokens is not a list of texts");
	if (length > MOST.tokens)
		throw new GgufError(`it is damaged: it has ${length} tokens, more than ${MOST.tokens}`);
	checkLength(source, length, `a vocabulary of ${length} tokens`, budget);
	const seen = new Set<string>();
	const start = source.position;
	for (let index = 0; index < length; index++) {
		const token = await source.string(`token ${index}`, MOST.tokenBytes);
		// Empty texts do not count: llama.cpp gives each of them a name of its own.
		if (token !== "" && seen.has(token))
			throw new GgufError(`the token ${quote(token)} is twice in its vocabulary`);
		seen.add(token);
		if (source.position - start > MOST.vocabularyBytes)
			throw new GgufError(`it is damaged: its vocabulary has more than ${MOST.vocabularyBytes} bytes`);
	}
	return length;
}

function checkLength(source: GgufSource, length: number, what: string, budget: Budget): void {
	source.require(length * 8, what);
	budget.listedTexts -= length;
	if (budget.listedTexts < 0)
		throw new GgufError(
			`it is damaged: its lists have more than ${MOST.listedTexts} texts (${what}: ${length})`,
		);
}
