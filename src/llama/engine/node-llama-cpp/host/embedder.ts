import { EngineError } from "../../../errors.ts";
import { textTooLong } from "../../request.ts";
import type { EmbeddingContext, Token } from "./library/library.ts";
import type { LoadedModel } from "./model.ts";

/** Computes embeddings in a context of their own, which is made when the first one is asked for. */
export class Embedder {
	#context: Promise<EmbeddingContext> | undefined;

	/**
	 * Vectors of length 1, one after the other: node-llama-cpp computes one text at a time.
	 *
	 * @throws {EngineError} a text does not fit, or the model gives no vectors.
	 */
	async embed(texts: readonly (readonly Token[])[], { model, info }: LoadedModel): Promise<number[][]> {
		const { contextSize, threads } = info;
		const longest = Math.max(0, ...texts.map(({ length }) => length));
		if (longest >= contextSize) throw textTooLong(longest, contextSize);
		this.#context ??= model.createEmbeddingContext({ contextSize, threads });
		// A failure, of memory say, is not final: the next text tries again.
		this.#context.catch(() => {
			this.#context = undefined;
		});
		const context = await this.#context;
		const vectors: number[][] = [];
		for (const tokens of texts) {
			const { vector } = await context.getEmbeddingFor([...tokens]);
			const length = Math.hypot(...vector);
			if (!(length > 0))
				throw new EngineError("ERR_GENERATE", "Cannot embed a text: the model gave no vector");
			vectors.push(vector.map((value) => value / length));
		}
		return vectors;
	}
}
