import { EngineError } from "../../../errors.ts";
import { textTooLong } from "../../request.ts";
import type { EmbeddingContext, Token } from "./library.ts";
import type { LoadedModel } from "./model.ts";

/** Computes embeddings in a context of their own, which is made when the first one is asked for. */
export class Embedder {
	#context: Promise<EmbeddingContext> | undefined;

	/** A vector of length 1. */
	async embed(tokens: readonly Token[], { model, info }: LoadedModel): Promise<number[]> {
		const { contextSize, threads } = info;
		if (tokens.length >= contextSize) {
			throw textTooLong(tokens.length, contextSize);
		}
		this.#context ??= model.createEmbeddingContext({ contextSize, threads });
		// A failure, of memory say, is not final: the next text tries again.
		this.#context.catch(() => {
			this.#context = undefined;
		});
		const { vector } = await (await this.#context).getEmbeddingFor([...tokens]);
		const length = Math.hypot(...vector);
		if (!(length > 0)) throw new EngineError("ERR_GENERATE", "Cannot embed a text: the model gave no vector");
		return vector.map((value) => value / length);
	}
}
