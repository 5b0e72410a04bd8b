import { checkArgument, TEXT } from "../../../base/check-types.ts";
import { isSystemError } from "../../../base/system-error.ts";
import { EngineError, reasonOf } from "../../errors.ts";
import { type GgufHeader, readGgufHeader } from "./header.ts";
import { GgufError } from "./source.ts";
import { checkPart, otherParts } from "./split.ts";
import { TENSOR_BLOCKS } from "./types.ts";
import type { GgufValue } from "./values.ts";

/** What is worth knowing about a model before it is loaded. */
export interface ModelFacts {
	/** As llama.cpp calls it: "llama", "qwen3". */
	readonly architecture: string;
	/** The model's own name, if its file has one. */
	readonly name: string | undefined;
	/** Tokens of context that the model was trained with. */
	readonly contextLength: number | undefined;
	/** Numbers of an embedding, and of a token's state in the model. */
	readonly embeddingSize: number | undefined;
	/** Its file has a chat template. */
	readonly chatTemplate: boolean;
	/** Layers without the output. */
	readonly layers: number | undefined;
	/** Bytes that a token of context takes, at two bytes a number; undefined where the file does not tell plainly. */
	readonly cacheBytesPerToken: number | undefined;
	/** The file says how the embeddings of tokens become one. */
	readonly pooled: boolean;
	/** Bytes of all its files. */
	readonly bytes: number;
}

/**
 * Architectures whose missing numbers are known to abort the whole process inside llama.cpp. Others may do without
 * attention, so they are llama.cpp's to judge.
 */
const TRANSFORMERS = new Set([
	"llama",
	"gemma",
	"gemma2",
	"gemma3",
	"mistral3",
	"phi2",
	"phi3",
	"qwen2",
	"qwen3",
	"stablelm",
]);

/**
 * Checks a model file before llama.cpp sees it: some damage makes llama.cpp abort its process. Reads the header only.
 *
 * @param path Of the file; of a split model, its first part.
 * @throws {EngineError} ERR_MODEL, with what is wrong.
 * @throws {ArgumentError} ERR_ARG: the path is no string.
 */
export async function validateModel(path: string): Promise<ModelFacts> {
	checkArgument("check a model", "its path", path, TEXT);
	const header = await read(path);
	return await explain(path, async () => {
		// Parts but the first say nothing but which they are.
		const parts = otherParts(path, header);
		const architecture = check(header);
		let bytes = header.fileBytes;
		for (const [index, part] of parts.entries()) {
			const other = await read(part);
			await explain(part, async () => {
				checkPart(other, index + 2, parts.length + 1);
				checkTensors(other);
			});
			bytes += other.fileBytes;
		}
		const name = header.keys.get("general.name");
		return {
			architecture,
			name: typeof name === "string" ? name : undefined,
			contextLength: positive(header.keys.get(`${architecture}.context_length`)),
			embeddingSize: positive(header.keys.get(`${architecture}.embedding_length`)),
			chatTemplate: hasText(header.keys.get("tokenizer.chat_template")),
			layers: positive(header.keys.get(`${architecture}.block_count`)),
			cacheBytesPerToken: cacheBytesPerToken(header, architecture),
			pooled: positive(header.keys.get(`${architecture}.pooling_type`)) !== undefined,
			bytes,
		};
	});
}

/** Of a long text only the length is known. */
function hasText(value: GgufValue | undefined): boolean {
	return (typeof value === "string" || typeof value === "object") && value.length > 0;
}

/** Keys and values of every layer, as llama.cpp keeps them for its usual transformers. */
function cacheBytesPerToken(header: GgufHeader, architecture: string): number | undefined {
	if (!TRANSFORMERS.has(architecture)) return undefined;
	const number = (name: string) => positive(header.keys.get(`${architecture}.${name}`));
	const [layers, width, heads] = [
		number("block_count"),
		number("embedding_length"),
		number("attention.head_count"),
	];
	if (layers === undefined || width === undefined || heads === undefined) return undefined;
	// A list, with a number for each layer, is no number.
	const cached = header.keys.has(`${architecture}.attention.head_count_kv`)
		? number("attention.head_count_kv")
		: heads;
	if (cached === undefined) return undefined;
	const [key = width / heads, value = width / heads] = [
		number("attention.key_length"),
		number("attention.value_length"),
	];
	return layers * cached * (key + value) * 2;
}

function read(path: string): Promise<GgufHeader> {
	return explain(path, () => readGgufHeader(path));
}

async function explain<T>(path: string, work: () => Promise<T>): Promise<T> {
	try {
		return await work();
	} catch (error) {
		if (error instanceof EngineError) throw error;
		throw new EngineError("ERR_MODEL", `Cannot load model ${path}: ${reason(error)}`, { cause: error });
	}
}

function reason(error: unknown): string {
	if (error instanceof GgufError) return error.message;
	if (!isSystemError(error)) return reasonOf(error);
	switch (error.code) {
		case "ENOENT":
		case "ENOTDIR":
			return "there is no such file";
		case "EACCES":
			return "it may not be read (permission denied)";
		default:
			return error.message;
	}
}

function check(header: GgufHeader): string {
	const architecture = header.keys.get("general.architecture");
	if (typeof architecture !== "string") throw new GgufError("its key general.architecture is missing");
	if (TRANSFORMERS.has(architecture)) {
		for (const name of ["embedding_length", "block_count", "feed_forward_length", "attention.head_count"]) {
			const key = `${architecture}.${name}`;
			const value = header.keys.get(key);
			if (value === undefined) throw new GgufError(`its key ${key} is missing`);
			if (typeof value === "number" && value < 1) throw new GgufError(`its key ${key} is ${value}`);
		}
	}
	checkTensors(header);
	return architecture;
}

function checkTensors(header: GgufHeader): void {
	let needed = 0;
	for (const { dimensions, type, offset } of header.tensors) {
		const block = TENSOR_BLOCKS.get(type);
		const elements = dimensions.reduce((product, dimension) => product * dimension, 1);
		const bytes = block === undefined ? 0 : Math.ceil(elements / block[0]) * block[1];
		needed = Math.max(needed, header.dataStart + offset + bytes);
	}
	if (needed > header.fileBytes) {
		throw new GgufError(`it is truncated: needs ${needed} bytes, has ${header.fileBytes}`);
	}
}

function positive(value: GgufValue | undefined): number | undefined {
	return typeof value === "number" && value > 0 ? value : undefined;
}
