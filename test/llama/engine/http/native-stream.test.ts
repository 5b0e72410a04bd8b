import test from "ava";
import type { CompletionEvent } from "../../../../src/llama/engine/http/completion-api.ts";
import { nativeStream } from "../../../../src/llama/engine/http/native-stream.ts";

async function* serve(...chunks: readonly object[]) {
	yield* chunks;
}

async function tokensOf(...chunks: readonly object[]) {
	const events: CompletionEvent[] = [];
	const options = { stopTokens: new Set<number>(), logprobs: 0, limit: "max_tokens" } as const;
	for await (const event of nativeStream(serve(...chunks), options)) events.push(event);
	return events.flatMap((event) => (event.type === "text" ? [event.tokens] : []));
}

test("a chunk's tokens are known where none is missing", async (t) => {
	const end = { content: "", tokens: [], tokens_predicted: 3, stop: true, stop_type: "eos" };
	const a = { content: "a", tokens: [7], tokens_predicted: 1 };
	const three = { content: "b", tokens: [8, 9], tokens_predicted: 3 };
	t.deepEqual(await tokensOf(a, three, end), [[7], [8, 9], []]);
	// Of a character of two tokens the server tells the second.
	t.deepEqual(await tokensOf(a, { content: "é", tokens: [9], tokens_predicted: 3 }, end), [
		[7],
		undefined,
		[],
	]);
	t.deepEqual(await tokensOf({ content: "a", tokens_predicted: 3 }, end), [undefined, []]);
});
