import { basename, dirname, join } from "node:path";
import { checkArgument, TEXT } from "../../../base/check-types.ts";
import { isSystemError } from "../../../base/system-error.ts";
import { EngineError, reasonOf } from "../../errors.ts";
import { meantAddress } from "../download/address.ts";
import { GgufError, quoted } from "./error.ts";
import { type GgufHeader, readGgufHeader } from "./header.ts";
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
	/** Layers without the output. */
	readonly layers: number | undefined;
	/** Bytes that a token of context takes, at two bytes a number; undefined where the file does not tell plainly. */
	readonly cacheBytesPerToken: number | undefined;
	/** The file says how the embeddings of tokens become one. */
	readonly pooled: boolean;
	/** It has a chat template of its own. */
	readonly chatTemplate: boolean;
	/** Numbers of an embedding. */
	readonly embeddingSize: number | undefined;
	/** Bytes of all its files. */
	readonly bytes: number;
	/** Numbers in all its tensors. */
	readonly parameters: number;
	/** Tokens that it knows; undefined where its first file does not list them. */
	readonly vocabularySize: number | undefined;
	/** As llama.cpp calls its kind: "llama", "gpt2". */
	readonly vocabularyType: string | undefined;
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
		// First of all, since only the first part of a split model has the keys of the model.
		const parts = otherParts(path, header);
		const architecture = check(header);
		let bytes = header.fileBytes;
		let parameters = parametersOf(header);
		for (const part of parts) {
			const other = await read(part);
			await explain(part, async () => checkTensors(other));
			bytes += other.fileBytes;
			parameters += parametersOf(other);
		}
		const name = header.keys.get("general.name");
		const vocabularyType = header.keys.get("tokenizer.ggml.model");
		return {
			architecture,
			name: typeof name === "string" ? name : undefined,
			contextLength: positive(header.keys.get(`${architecture}.context_length`)),
			layers: positive(header.keys.get(`${architecture}.block_count`)),
			cacheBytesPerToken: cacheBytesPerToken(header, architecture),
			pooled: positive(header.keys.get(`${architecture}.pooling_type`)) !== undefined,
			chatTemplate: isText(header.keys.get("tokenizer.chat_template")),
			embeddingSize: positive(header.keys.get(`${architecture}.embedding_length`)),
			...{ bytes, parameters, vocabularySize: header.tokens?.length },
			vocabularyType: typeof vocabularyType === "string" ? vocabularyType : undefined,
		};
	});
}

function parametersOf({ tensors }: GgufHeader): number {
	return tensors.reduce((sum, { dimensions }) => sum + dimensions.reduce((a, b) => a * b, 1), 0);
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
		throw new EngineError("ERR_MODEL", `Cannot load model ${path}: ${reason(path, error)}`, { cause: error });
	}
}

function missing(path: string): string {
	const address = meantAddress(path);
	const hint = address === undefined ? "" : `; to download it from Hugging Face, write ${address}`;
	return `there is no such file${hint}`;
}

function reason(path: string, error: unknown): string {
	if (error instanceof GgufError) return error.message;
	if (!isSystemError(error)) return reasonOf(error);
	switch (error.code) {
		case "ENOENT":
		case "ENOTDIR":
			return missing(path);
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
	const twice = firstDuplicate(header.tokens ?? []);
	if (twice !== undefined) throw new GgufError(`the token ${quoted(twice)} is twice in its vocabulary`);
	checkTensors(header);
	return architecture;
}

/** Empty texts do not count: llama.cpp gives each of them a name of its own. */
function firstDuplicate(tokens: readonly string[]): string | undefined {
	const seen = new Set<string>();
	for (const token of tokens) {
		if (token !== "" && seen.has(token)) return token;
		seen.add(token);
	}
	return undefined;
}

function checkTensors(header: GgufHeader): void {
	let needed = header.dataStart;
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

/** Paths of the other files of a model that is split as NAME-00001-of-00003.gguf. */
function otherParts(path: string, header: GgufHeader): string[] {
	const parts = count(header, "split.count", 1);
	const number = count(header, "split.no", 0) + 1;
	if (parts < 2) return [];
	const match = /^(.*)-(\d{5})-of-(\d{5})\.gguf$/.exec(basename(path));
	if (match === null || Number(match[2]) !== number || Number(match[3]) !== parts) {
		throw new GgufError(
			`it is part ${number} of ${parts}, but its name does not end in -${five(number)}-of-${five(parts)}.gguf`,
		);
	}
	const nameOf = (part: number) => join(dirname(path), `${match[1]}-${five(part)}-of-${five(parts)}.gguf`);
	if (number !== 1)
		throw new GgufError(`it is part ${number} of ${parts}: give the first part, ${nameOf(1)}`);
	return Array.from({ length: parts - 1 }, (_, index) => nameOf(index + 2));
}

function count(header: GgufHeader, key: string, missing: number): number {
	const value = header.keys.get(key) ?? missing;
	if (typeof value !== "number" || !Number.isInteger(value) || value < 0 || value > 99_999)
		throw new GgufError(`it is damaged: its key ${key} is not a whole number from 0 to 99999`);
	return value;
}

function five(part: number): string {
	return `${part}`.padStart(5, "0");
}

function isText(value: GgufValue | undefined): boolean {
	return typeof value === "string" && value !== "";
}

function positive(value: GgufValue | undefined): number | undefined {
	return typeof value === "number" && value > 0 ? value : undefined;
}
