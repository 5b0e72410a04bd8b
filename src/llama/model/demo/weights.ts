import type { GgufMatrix } from "../gguf/writer.ts";
import type { ModelShape } from "./presets.ts";
import { gaussianFor } from "./random.ts";
import { END_OF_TURN_ID, EOS_ID, type Vocabulary } from "./vocabulary.ts";

/** Logit bias of what must never be generated: bytes and control tokens. Output is then always printable text. */
const NEVER = -60;
/** Cycle: where the one-hot embeddings of all entries that are not printable meet. */
const OTHER_COLUMN = 100;
const CERTAIN = 8;

/**
 * All matrices of a model. Column 0 of the hidden state is a constant: every embedding sets it and no layer writes to
 * it (row 0 of the matrices that write is zero), so that column 0 of the output matrix is a bias for each token.
 */
export function modelMatrices(shape: ModelShape, vocabulary: Vocabulary): GgufMatrix[] {
	const ends =
		shape.weights === "cycle" ? cycleMatrices(shape, vocabulary) : randomMatrices(shape, vocabulary);
	const layers = Array.from({ length: shape.layers }, (_, layer) => layerMatrices(shape, layer));
	return [...ends, ones("output_norm.weight", shape.width), ...layers.flat()];
}

function layerMatrices(shape: ModelShape, layer: number): GgufMatrix[] {
	const { width, feedForward } = shape;
	const keyValueWidth = (width / shape.heads) * shape.keyValueHeads;
	const inputScale = 1 / Math.sqrt(width);
	const block = `blk.${layer}`;
	const matrix = (name: string, columns: number, rows: number, scale: number, writes = false) =>
		layerMatrix(shape, `${block}.${name}.weight`, columns, rows, scale, writes);
	return [
		ones(`${block}.attn_norm.weight`, width),
		matrix("attn_q", width, width, inputScale * 1.5),
		matrix("attn_k", width, keyValueWidth, inputScale * 1.5),
		matrix("attn_v", width, keyValueWidth, inputScale),
		matrix("attn_output", width, width, inputScale, true),
		ones(`${block}.ffn_norm.weight`, width),
		matrix("ffn_gate", width, feedForward, inputScale),
		matrix("ffn_up", width, feedForward, inputScale),
		matrix("ffn_down", feedForward, width, 1 / Math.sqrt(feedForward), true),
	];
}

function layerMatrix(
	shape: ModelShape,
	name: string,
	columns: number,
	rows: number,
	scale: number,
	writes: boolean,
): GgufMatrix {
	const fill = () => {
		const gaussian = gaussianFor(name, shape.seed);
		return (row: Float32Array, index: number) => {
			// A cycle's layers do nothing: only the last token counts.
			if (shape.weights === "cycle") return;
			for (let column = 0; column < columns; column++) row[column] = gaussian() * scale;
			if (writes && index === 0) row.fill(0);
		};
	};
	return { name, columns, rows, type: shape.type, fill };
}

function randomMatrices(shape: ModelShape, vocabulary: Vocabulary): GgufMatrix[] {
	const { width: columns, seed, type } = shape;
	const rows = vocabulary.texts.length;
	const printable = new Set(vocabulary.printable);
	const biasOf = (id: number) => {
		if (printable.has(id)) return 0;
		return id === EOS_ID || id === END_OF_TURN_ID ? shape.endBias : NEVER;
	};
	const matrix = (name: string, scale: number, first: (id: number) => number): GgufMatrix => {
		const fill = () => {
			const gaussian = gaussianFor(name, seed);
			return (row: Float32Array, id: number) => {
				for (let column = 0; column < columns; column++) row[column] = gaussian() * scale;
				row[0] = first(id);
			};
		};
		return { name, columns, rows, type, fill };
	};
	return [
		matrix("token_embd.weight", 1, () => 1),
		matrix("output.weight", shape.gain / Math.sqrt(columns), biasOf),
	];
}

/** One-hot embeddings, and an output matrix that answers each with its successor. */
function cycleMatrices(shape: ModelShape, vocabulary: Vocabulary): GgufMatrix[] {
	const { width: columns, type } = shape;
	const rows = vocabulary.texts.length;
	const count = vocabulary.printable.length;
	const columnOf = new Map(vocabulary.printable.map((id, index) => [id, index + 1]));
	const letterA = columnOf.get(vocabulary.texts.indexOf("a"));
	const embed = (row: Float32Array, id: number) => {
		row.fill(0);
		row[0] = 0.25;
		row[columnOf.get(id) ?? OTHER_COLUMN] = 1;
	};
	const answer = (row: Float32Array, id: number) => {
		row.fill(0);
		const own = columnOf.get(id);
		if (shape.ends && id === EOS_ID) row[count] = CERTAIN;
		else if (own === undefined) row[0] = -CERTAIN;
		else {
			if (!(shape.ends && own === 1)) row[own === 1 ? count : own - 1] = CERTAIN;
			// After anything that is not printable comes "a".
			if (own === letterA) row[OTHER_COLUMN] = CERTAIN;
		}
	};
	return [
		{ name: "token_embd.weight", columns, rows, type, fill: () => embed },
		{ name: "output.weight", columns, rows, type, fill: () => answer },
	];
}

function ones(name: string, columns: number): GgufMatrix {
	return { name, columns, type: "f32", fill: () => (row) => void row.fill(1) };
}
