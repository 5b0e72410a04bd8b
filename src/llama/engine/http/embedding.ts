import { EngineError } from "../../errors.ts";

/** OpenAI's form of an answer with embeddings. */
interface EmbeddingAnswer {
	readonly data?: readonly { readonly index?: number; readonly embedding?: unknown }[];
	readonly usage?: { readonly prompt_tokens?: number };
}

/** The embeddings of an answer in OpenAI's form, made vectors of length 1, and the tokens that it counted. */
export function embeddings(
	answer: unknown,
	count: number,
): { readonly vectors: Float32Array[]; readonly promptTokens: number } {
	const { data = [], usage } = (answer ?? {}) as EmbeddingAnswer;
	const vectors: (Float32Array | undefined)[] = Array.from({ length: count }, () => undefined);
	for (const [place, { index = place, embedding }] of data.entries()) vectors[index] = unit(embedding);
	const all = vectors.filter((vector) => vector !== undefined);
	if (all.length !== count || vectors.length !== count) {
		throw new EngineError(
			"ERR_GENERATE",
			`Cannot embed ${count} texts: the server gave ${data.length} vectors`,
		);
	}
	return { vectors: all, promptTokens: usage?.prompt_tokens ?? 0 };
}

function unit(embedding: unknown): Float32Array {
	const vector = Array.isArray(embedding) ? Float32Array.from(embedding as number[]) : fromBase64(embedding);
	const length = Math.hypot(...vector);
	if (!(length > 0)) throw new EngineError("ERR_GENERATE", "Cannot embed a text: the model gave no vector");
	return vector.map((value) => value / length);
}

function fromBase64(text: unknown): Float32Array {
	const bytes = Uint8Array.from(Buffer.from(typeof text === "string" ? text : "", "base64"));
	return new Float32Array(bytes.buffer, 0, Math.floor(bytes.length / Float32Array.BYTES_PER_ELEMENT));
}
