import { EngineError } from "../../errors.ts";

/** The vector in an answer of `/v1/embeddings`, made 1 long. */
export function embedding(answer: unknown): Float32Array {
	const [first] = (answer as { data?: readonly { embedding?: readonly number[] }[] }).data ?? [];
	const vector = first?.embedding ?? [];
	const length = Math.hypot(...vector);
	if (!(length > 0)) throw new EngineError("ERR_GENERATE", "Cannot embed a text: the model gave no vector");
	return Float32Array.from(vector, (value) => value / length);
}
