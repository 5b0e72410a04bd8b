import { open } from "node:fs/promises";
import { checkArgument, oneOf, TEXT } from "../../../base/check-types.ts";
import { type GgufEntry, writeGguf } from "../gguf/writer.ts";
import { type ModelShape, PRESETS, type PresetName } from "./presets.ts";
import {
	BOS_ID,
	buildVocabulary,
	CHAT_TEMPLATE,
	END_OF_TURN_ID,
	EOS_ID,
	UNKNOWN_ID,
	type Vocabulary,
} from "./vocabulary.ts";
import { modelMatrices } from "./weights.ts";

/** A model to write: `PRESETS` has ready shapes. */
export interface ModelDescription {
	readonly name: string;
	readonly shape: ModelShape;
	readonly vocabulary: Vocabulary;
	/** Jinja; without it the model has no chat template. */
	readonly template: string | undefined;
}

/**
 * Writes one of the project's own models, byte for byte the same on every machine.
 *
 * @param path Of the file, which is written over if it is there.
 * @param preset Which of them. @default "tiny"
 * @throws an error of the operating system, if the file cannot be written.
 * @throws {ArgumentError} ERR_ARG: the path is no string, or there is no such preset.
 */
export async function writeDemoModel(path: string, preset: PresetName = "tiny"): Promise<void> {
	checkArgument("write a demo model", "its path", path, TEXT);
	checkArgument("write a demo model", "its name", preset, oneOf(...Object.keys(PRESETS)));
	const shape = PRESETS[preset];
	const vocabulary = buildVocabulary(shape.vocabulary);
	await writeModel(path, { name: `tsmpi-demo-${preset}`, shape, vocabulary, template: CHAT_TEMPLATE });
}

/** Writes a model of the llama architecture. */
export async function writeModel(path: string, model: ModelDescription): Promise<void> {
	const file = await open(path, "w");
	try {
		await writeGguf(file, entries(model), modelMatrices(model.shape, model.vocabulary));
	} finally {
		await file.close();
	}
}

function entries({ name, shape, vocabulary, template }: ModelDescription): GgufEntry[] {
	const u32 = (key: string, value: number): GgufEntry => ({ key, type: "u32", value });
	const f32 = (key: string, value: number): GgufEntry => ({ key, type: "f32", value });
	const text = (key: string, value: string): GgufEntry => ({ key, type: "string", value });
	const flag = (key: string, value: boolean): GgufEntry => ({ key, type: "bool", value });
	return [
		text("general.architecture", "llama"),
		text("general.name", name),
		u32("general.alignment", 32),
		u32("general.file_type", shape.type === "f16" ? 1 : 0),
		u32("general.quantization_version", 2),
		u32("llama.context_length", shape.contextLength),
		u32("llama.embedding_length", shape.width),
		u32("llama.block_count", shape.layers),
		u32("llama.feed_forward_length", shape.feedForward),
		u32("llama.attention.head_count", shape.heads),
		u32("llama.attention.head_count_kv", shape.keyValueHeads),
		f32("llama.attention.layer_norm_rms_epsilon", 1e-5),
		u32("llama.rope.dimension_count", shape.width / shape.heads),
		f32("llama.rope.freq_base", 10_000),
		u32("llama.vocab_size", vocabulary.texts.length),
		text("tokenizer.ggml.model", "llama"),
		text("tokenizer.ggml.pre", "default"),
		{ key: "tokenizer.ggml.tokens", type: "strings", value: vocabulary.texts },
		{ key: "tokenizer.ggml.scores", type: "f32s", value: vocabulary.scores },
		{ key: "tokenizer.ggml.token_type", type: "i32s", value: vocabulary.types },
		u32("tokenizer.ggml.bos_token_id", BOS_ID),
		u32("tokenizer.ggml.eos_token_id", EOS_ID),
		u32("tokenizer.ggml.eot_token_id", END_OF_TURN_ID),
		u32("tokenizer.ggml.unknown_token_id", UNKNOWN_ID),
		flag("tokenizer.ggml.add_bos_token", true),
		flag("tokenizer.ggml.add_eos_token", false),
		flag("tokenizer.ggml.add_space_prefix", false),
		...(template === undefined ? [] : [text("tokenizer.chat_template", template)]),
	];
}
