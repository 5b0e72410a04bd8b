import { GgufError, quoted } from "./error.ts";
import { LIMITS, limit } from "./limits.ts";
import { GgufSource } from "./source.ts";
import { VALUE } from "./types.ts";
import { type GgufValue, ListBudget, readValue } from "./values.ts";

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
		const budget = new ListBudget();
		let tokens: readonly string[] | undefined;
		for (let index = 0; index < keyCount; index++) {
			const key = await source.string(`the name of key ${index + 1} of ${keyCount}`, LIMITS.nameBytes);
			if (keys.has(key)) throw new GgufError(`it is damaged: the key ${quoted(key)} occurs twice`);
			const type = await source.u32();
			if (type === VALUE.array && key === "tokenizer.ggml.tokens") {
				tokens = await readTokens(source);
				keys.set(key, { length: tokens.length });
			} else keys.set(key, await readValue(source, key, type, budget));
		}
		const tensors: GgufTensor[] = [];
		for (let index = 0; index < tensorCount; index++)
			tensors.push(await readTensor(source, index, tensorCount));
		const alignment = keys.get("general.alignment") ?? DEFAULT_ALIGNMENT;
		if (typeof alignment !== "number" || alignment < 1 || !Number.isInteger(Math.log2(alignment))) {
			throw new GgufError(
				`it is damaged: general.alignment is ${typeof alignment === "string" ? quoted(alignment) : JSON.stringify(alignment)}, not a power of two`,
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
	limit(tensorCount, LIMITS.tensors, "number of tensors");
	limit(keyCount, LIMITS.keys, "number of keys");
	return { tensorCount, keyCount };
}

async function readTokens(source: GgufSource): Promise<string[]> {
	const elementType = await source.u32();
	const length = await source.u64();
	if (elementType !== VALUE.string)
		throw new GgufError("it is damaged: tokenizer.ggml.tokens is not a list of texts");
	source.require(length * 8, `a vocabulary of ${length} tokens`);
	limit(length, LIMITS.tokens, "number of tokens");
	const tokens: string[] = [];
	for (let index = 0; index < length; index++)
		tokens.push(await source.string(`token ${index}`, LIMITS.nameBytes));
	return tokens;
}

async function readTensor(source: GgufSource, index: number, count: number): Promise<GgufTensor> {
	const name = await source.string(`the name of tensor ${index + 1} of ${count}`, LIMITS.nameBytes);
	const dimensionCount = await source.u32();
	if (dimensionCount > MAX_DIMENSIONS) {
		throw new GgufError(`it is damaged: the tensor ${quoted(name)} has ${dimensionCount} dimensions`);
	}
	const dimensions: number[] = [];
	for (let dimension = 0; dimension < dimensionCount; dimension++) dimensions.push(await source.u64());
	return { name, dimensions, type: await source.u32(), offset: await source.u64() };
}
