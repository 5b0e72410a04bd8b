import { pacedEngine } from "./paced-engine.js";

/**
 * An engine that gives every running request a token at each step, as llama.cpp's batches do, and takes no processor for
 * it. Of 0 milliseconds: it answers at once, and whole.
 *
 * @param {{ slots: number, stepMs: number }} options
 * @returns {import("tsmpi/llama").Engine}
 */
export function steppingEngine({ slots, stepMs }) {
	const paced = pacedEngine({ slots, msPerToken: 0 });
	/** @type {Set<() => void>} */
	const waiting = new Set();
	if (stepMs > 0) {
		setInterval(() => {
			const all = [...waiting];
			waiting.clear();
			for (const next of all) next();
		}, stepMs).unref();
	}
	const step = () => new Promise((resolve) => waiting.add(() => resolve(undefined)));
	return {
		...paced,
		async *generate(_, { maxTokens = 40, signal } = {}) {
			const start = performance.now();
			let ttftMs = 0;
			let fullText = "";
			for (let token = 0; token < maxTokens && stepMs > 0; token++) {
				// The first comes at once: what a client waits for it is what others add.
				if (token > 0) await step();
				signal?.throwIfAborted();
				if (token === 0) ttftMs = performance.now() - start;
				const text = ` token${token % 10}`;
				fullText += text;
				yield { type: "token", text, tokens: [token] };
			}
			yield {
				type: "done",
				fullText: stepMs > 0 ? fullText : "An answer.",
				finishReason: "length",
				limit: "max_tokens",
				usage: { promptTokens: 100, cachedTokens: 0, completionTokens: maxTokens },
				timings: { queueMs: 0, ttftMs, totalMs: performance.now() - start },
			};
		},
	};
}
