/**
 * An engine that answers after a fixed time for each token, and takes no processor for it: as a GPU of its own would look
 * to its rank, also where there are more ranks than cores. Of 0 milliseconds: it answers at once.
 *
 * @param {{ slots: number, msPerToken: number }} options
 * @returns {import("tsmpi/llama").Engine}
 */
export function pacedEngine({ slots, msPerToken }) {
	return {
		info: {
			...{ kind: "paced", device: "cpu", deviceName: "none", devices: [], gpuLayers: 0 },
			...{ slots, contextSize: 4096, threads: 1, model: "none" },
		},
		failure: undefined,
		async *generate(_, { maxTokens = 40 } = {}) {
			const totalMs = maxTokens * msPerToken;
			if (totalMs > 0) await new Promise((resolve) => setTimeout(resolve, totalMs));
			yield {
				type: "done",
				fullText: "An answer of about as many characters as forty tokens have. ".repeat(3),
				finishReason: "stop",
				usage: { promptTokens: 100, cachedTokens: 0, completionTokens: maxTokens },
				timings: { queueMs: 0, ttftMs: 0, totalMs },
			};
		},
		stream: async function* () {},
		countTokens: async () => 100,
		applyTemplate: async () => "",
		tokenize: async () => [],
		detokenize: async () => "",
		embed: async () => Float32Array.of(1),
		embedMany: async (texts) => texts.map(() => Float32Array.of(1)),
		ready: async () => {},
		close: async () => {},
	};
}
