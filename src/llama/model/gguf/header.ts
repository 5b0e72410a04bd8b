import { MOST } from "./limits.ts";
import { quote } from "./quote.ts";
import { GgufError, GgufSource } from "./source.ts";
import { VALUE } from "./types.ts";
import { type Budget, type GgufValue, readTokens, readValue } from "./values.ts";

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
	readonly tensors: readonly GgufTensor[];
	/** Offset of the weights in the file. */
	readonly dataStart: number;
}

const DEFAULT_ALIGNMENT = 32;

/**
 * Reads the header of a GGUF file. Time depends on the vocabulary, not on the size of the weights; nothing that depends
 * on the vocabulary is kept.
 */
export function readGgufHeader(path: string): Promise<GgufHeader> {
	return GgufSource.use(path, async (source) => {
		const { tensorCount, keyCount } = await readCounts(source);
		const keys = await readKeys(source, keyCount);
		const tensors: GgufTensor[] = [];
		for (let index = 0; index < tensorCount; index++)
			tensors.push(await readTensor(source, index, tensorCount));
		const alignment = keys.get("general.alignment") ?? DEFAULT_ALIGNMENT;
		if (typeof alignment !== "number" || alignment < 1 || !Number.isInteger(Math.log2(alignment))) {
			throw new GgufError(`it is damaged: general.alignment is ${show(alignment)}, not a power of two`);
		}
		const dataStart = Math.ceil(source.position / alignment) * alignment;
		return { fileBytes: source.fileBytes, keys, tensors, dataStart };
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
	checkCount(tensorCount, "tensors", MOST.tensors);
	checkCount(keyCount, "keys", MOST.keys);
	return { tensorCount, keyCount };
}

function checkCount(count: number, what: string, most: number): void {
	if (count > most) throw new GgufError(`it is damaged: it has ${count} ${what}, more than ${most}`);
}

async function readKeys(source: GgufSource, count: number): Promise<Map<string, GgufValue>> {
	const keys = new Map<string, GgufValue>();
	const budget: Budget = { listedTexts: MOST.listedTexts };
	for (let index = 0; index < count; index++) {
		const key = await source.string(`the name of key ${index + 1} of ${count}`, MOST.nameBytes);
		if (keys.has(key)) throw new GgufError(`it is damaged: the key ${quote(key)} occurs twice`);
		const type = await source.u32();
		const isVocabulary = type === VALUE.array && key === "tokenizer.ggml.tokens";
		keys.set(
			key,
			isVocabulary
				? { length: await readTokens(source, budget) }
				: await readValue(source, key, type, budget),
		);
	}
	return keys;
}

async function readTensor(source: GgufSource, index: number, count: number): Promise<GgufTensor> {
	const name = await source.string(`the name of tensor ${index + 1} of ${count}`, MOST.nameBytes);
	const dimensionCount = await source.u32();
	if (dimensionCount > MOST.dimensions) {
		throw new GgufError(`it is damaged: the tensor ${quote(name)} has ${dimensionCount} dimensions`);
	}
	const dimensions: number[] = [];
	for (let dimension = 0; dimension < dimensionCount; dimension++) dimensions.push(await source.u64());
	return { name, dimensions, type: await source.u32(), offset: await source.u64() };
}

function show(value: GgufValue): string {
	if (typeof value === "string") return quote(value);
	return typeof value === "object" ? `a list of ${value.length}` : `${value}`;
}
