import { GgufError, GgufSource } from "./source.ts";
import { VALUE, VALUE_BYTES } from "./types.ts";

/** A value of a key: arrays are not kept, only their length (see `tokens`). */
export type GgufValue = string | number | boolean | { readonly length: number };

export interface GgufTensor {
	readonly name: string;
	readonly dimensions: readonly number[];
	readonly type: number;
	/** Counted from the beginning of the data. */
	readonly offset: number;
}

/** All that a GGUF file says before its weights begin. */
export interface GgufHeader {
	readonly fileBytes: number;
	readonly keys: ReadonlyMap<string, GgufValue>;
	/** The vocabulary's texts. */
	readonly tokens: readonly string[] | undefined;
	readonly tensors: readonly GgufTensor[];
	/** Offset of the weights in the file. */
	readonly dataStart: number;
}

const MAX_DIMENSIONS = 8;
const DEFAULT_ALIGNMENT = 32;

/** Reads the header of a GGUF file. Time and memory depend on the vocabulary, not on the size of the weights. */
export function readGgufHeader(path: string): Promise<GgufHeader> {
	return GgufSource.use(path, async (source) => {
		const { tensorCount, keyCount } = await readCounts(source);
		const keys = new Map<string, GgufValue>();
		let tokens: readonly string[] | undefined;
		for (let index = 0; index < keyCount; index++) {
			const key = await source.string(`the name of key ${index + 1} of ${keyCount}`);
			if (keys.has(key)) throw new GgufError(`it is damaged: the key ${JSON.stringify(key)} occurs twice`);
			const type = await source.u32();
			if (type === VALUE.array && key === "tokenizer.ggml.tokens") {
				tokens = await readTokens(source);
				keys.set(key, { length: tokens.length });
			} else keys.set(key, await readValue(source, key, type));
		}
		const tensors: GgufTensor[] = [];
		for (let index = 0; index < tensorCount; index++)
			tensors.push(await readTensor(source, index, tensorCount));
		const alignment = keys.get("general.alignment") ?? DEFAULT_ALIGNMENT;
		if (typeof alignment !== "number" || alignment < 1 || !Number.isInteger(Math.log2(alignment))) {
			throw new GgufError(
				`it is damaged: general.alignment is ${JSON.stringify(alignment)}, not a power of two`,
			);
		}
		const dataStart = Math.ceil(source.position / alignment) * alignment;
		return { fileBytes: source.fileBytes, keys, tokens, tensors, dataStart };
	});
}

async function readCounts(source: GgufSource): Promise<{ tensorCount: number; keyCount: number }> {
	if (source.fileBytes === 0) throw new GgufError("it is empty");
	if (source.fileBytes < 4) throw new GgufError(`it is not a GGUF file (${source.fileBytes} bytes)`);
	const magic = await source.u32();
	if (magic !== 0x46554747) {
		const bytes = Buffer.alloc(4);
		bytes.writeUInt32LE(magic);
		throw new GgufError(`it is not a GGUF file (it begins with bytes ${bytes.toString("hex")}, not "GGUF")`);
	}
	source.require(20, "its header");
	const version = await source.u32();
	if (version >= 2 ** 16)
		throw new GgufError("it is a big-endian GGUF file, which llama.cpp cannot use here");
	if (version !== 2 && version !== 3)
		throw new GgufError(`it is GGUF version ${version}; versions 2 and 3 can be used`);
	const tensorCount = await source.u64();
	const keyCount = await source.u64();
	// The smallest tensor entry has 24 bytes and the smallest key 13: larger counts cannot be true.
	source.require(tensorCount * 24, `a header of ${tensorCount} tensors`);
	source.require(keyCount * 13, `a header of ${keyCount} keys`);
	return { tensorCount, keyCount };
}

async function readTokens(source: GgufSource): Promise<string[]> {
	const elementType = await source.u32();
	const length = await source.u64();
	if (elementType !== VALUE.string)
		throw new GgufError("it is damaged: tokenizer.ggml.tokens is not a list of texts");
	source.require(length * 8, `a vocabulary of ${length} tokens`);
	const tokens: string[] = [];
	for (let index = 0; index < length; index++) tokens.push(await source.string(`token ${index}`));
	return tokens;
}

async function readValue(source: GgufSource, key: string, type: number): Promise<GgufValue> {
	switch (type) {
		case VALUE.string:
			return await source.string(`the key ${key}`);
		case VALUE.u32:
			return await source.u32();
		case VALUE.i32:
			return (await source.u32()) | 0;
		case VALUE.u64:
		case VALUE.i64:
			return await source.u64();
		case VALUE.f32:
			return await source.f32();
		case VALUE.bool:
		case VALUE.u8:
			return await source.u8();
		case VALUE.array:
			return { length: await skipArray(source, key) };
		default: {
			const bytes = VALUE_BYTES[type];
			if (bytes === undefined)
				throw new GgufError(`it is damaged: the key ${key} has the unknown type ${type}`);
			source.skip(bytes, `the key ${key}`);
			return { length: 1 };
		}
	}
}

async function skipArray(source: GgufSource, key: string): Promise<number> {
	const elementType = await source.u32();
	const length = await source.u64();
	const bytes = VALUE_BYTES[elementType];
	if (bytes !== undefined) {
		source.skip(length * bytes, `the list ${key}`);
		return length;
	}
	if (elementType !== VALUE.string && elementType !== VALUE.array) {
		throw new GgufError(`it is damaged: the list ${key} has the unknown type ${elementType}`);
	}
	source.require(length * 8, `the list ${key}`);
	for (let index = 0; index < length; index++) {
		if (elementType === VALUE.array) await skipArray(source, key);
		else source.skip(await source.u64(), `the list ${key}`);
	}
	return length;
}

async function readTensor(source: GgufSource, index: number, count: number): Promise<GgufTensor> {
	const name = await source.string(`the name of tensor ${index + 1} of ${count}`);
	const dimensionCount = await source.u32();
	if (dimensionCount > MAX_DIMENSIONS) {
		throw new GgufError(`it is damaged: the tensor ${JSON.stringify(name)} has ${dimensionCount} dimensions`);
	}
	const dimensions: number[] = [];
	for (let dimension = 0; dimension < dimensionCount; dimension++) dimensions.push(await source.u64());
	return { name, dimensions, type: await source.u32(), offset: await source.u64() };
}
