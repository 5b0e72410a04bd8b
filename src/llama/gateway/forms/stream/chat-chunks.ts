import { chatLogprobs } from "../../../openai/response/logprobs.ts";
import type { ChunkFrame, Chunks } from "./chunk.ts";

/** Chunks of a chat. */
export function chatChunks(frame: ChunkFrame): Chunks {
	const open = `},"logprobs":null,"finish_reason":null${frame.tail}`;
	const delta = (choice: number, inner: string) => `${frame.head(choice)}"delta":{${inner}${open}`;
	return {
		begin: (choice) => delta(choice, '"role":"assistant","content":""'),
		reasoning: (choice, text) => delta(choice, `"reasoning_content":${JSON.stringify(text)}`),
		text: (choice, text, logprobs) => {
			const inner = `"content":${JSON.stringify(text)}`;
			if (logprobs === undefined) return delta(choice, inner);
			const chances = JSON.stringify(chatLogprobs(logprobs));
			return `${frame.head(choice)}"delta":{${inner}},"logprobs":${chances},"finish_reason":null${frame.tail}`;
		},
		toolCalls: (choice, calls) => {
			const deltas = calls.map((call, index) => ({ index, ...(call as object) }));
			return delta(choice, `"tool_calls":${JSON.stringify(deltas)}`);
		},
		end: (choice, reason) =>
			`${frame.head(choice)}"delta":{},"logprobs":null,"finish_reason":${JSON.stringify(reason)}${frame.tail}`,
	};
}
