import { getLlama, LlamaLogLevel } from "node-llama-cpp";

const llama = await getLlama({ gpu: false, build: "never", logLevel: LlamaLogLevel.disabled });

/** Tells whether a text is, from its beginning to its end, what a grammar says; by llama.cpp itself. */
export async function matcher(grammar: string): Promise<(text: string) => boolean> {
	const loaded = await llama.createGrammar({ grammar });
	return (loaded as unknown as { _testText: (text: string) => boolean })._testText.bind(loaded);
}
