import { textLogprobs } from "../../../openai/response/logprobs.ts";
import type { ChunkFrame, Chunks } from "./chunk.ts";

/** Chunks of a completion. It has no role, no thoughts and no calls. */
export function textChunks(frame: ChunkFrame): Chunks {
	/** Of each choice, the characters of the tokens so far. */
	const offsets: number[] = [];
	const open = `,"logprobs":null,"finish_reason":null${frame.tail}`;
	return {
		begin: () => "",
		reasoning: () => "",
		text: (choice, text, logprobs) => {
			const head = `${frame.head(choice)}"text":${JSON.stringify(text)}`;
			if (logprobs === undefined) return `${head}${open}`;
			const offset = offsets[choice] ?? 0;
			offsets[choice] = logprobs.reduce((sum, { token }) => sum + token.length, offset);
			const chances = JSON.stringify(textLogprobs(logprobs, offset));
			return `${head},"logprobs":${chances},"finish_reason":null${frame.tail}`;
		},
		toolCalls: () => "",
		end: (choice, reason) =>
			`${frame.head(choice)}"text":"","logprobs":null,"finish_reason":${JSON.stringify(reason)}${frame.tail}`,
	};
}
