import type { StreamFacts } from "../facts.ts";
import type { StreamForm } from "../form.ts";
import { chatChunks } from "./chat-chunks.ts";
import { ChunkFrame, type Chunks } from "./chunk.ts";
import { ChunkStream } from "./chunk-stream.ts";
import { NativeStream } from "./native-stream.ts";
import { ResponsesStream } from "./responses-stream.ts";
import { textChunks } from "./text-chunks.ts";

export type { StreamForm } from "../form.ts";

/** The form of a stream. Each writes one answer. */
export function streamForm(facts: StreamFacts): StreamForm {
	switch (facts.kind) {
		case "/completion":
			return new NativeStream(facts);
		case "/v1/responses":
			return new ResponsesStream(facts);
		case "/v1/completions":
			return chunkStream(facts, new ChunkFrame(`cmpl-${facts.id}`, "text_completion", facts), textChunks);
		default:
			// Embeddings have no pieces: nobody can ask for a stream of them.
			return chunkStream(
				facts,
				new ChunkFrame(`chatcmpl-${facts.id}`, "chat.completion.chunk", facts),
				chatChunks,
			);
	}
}

function chunkStream(
	facts: StreamFacts,
	frame: ChunkFrame,
	chunks: (frame: ChunkFrame) => Chunks,
): StreamForm {
	return new ChunkStream(facts.task, frame, chunks(frame));
}
