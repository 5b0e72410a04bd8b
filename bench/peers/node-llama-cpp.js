// node-llama-cpp driven directly: one process, nothing around it. Prints one line of JSON. To be started with
// UV_THREADPOOL_SIZE=1; the argument is { model, prompts, sequences, maxTokens, contextSize, threads, gpu } as JSON.
import { getLlama } from "node-llama-cpp";

/** @type {{ model: string, prompts: string[], sequences: number, maxTokens: number, contextSize: number, threads: number, gpu?: boolean }} */
const options = JSON.parse(process.argv[2] ?? "{}");
const { prompts, sequences, maxTokens, contextSize, threads, gpu = false } = options;
const llama = await getLlama({
	gpu: gpu && "cuda",
	build: "never",
	progressLogs: false,
	maxThreads: threads,
});
const model = await llama.loadModel({ modelPath: options.model, gpuLayers: gpu ? "max" : 0 });
const context = await model.createContext({ sequences, contextSize, batchSize: 512, threads });

// As the product does before it calls a model loaded: one token, which brings the weights into memory.
const all = Array.from({ length: sequences }, () => context.getSequence());
await all[0]?.evaluateWithoutGeneratingNewTokens(model.tokenize("a", false));

let tokens = 0;
const queue = prompts.entries();
/** @param {import("node-llama-cpp").LlamaContextSequence} sequence */
const worker = async (sequence) => {
	for (const [index, prompt] of queue) {
		await sequence.clearHistory();
		const input = model.tokenize(prompt, false);
		let sampled = 0;
		const sampling = { temperature: 0, seed: index, topK: 40, topP: 0.95, minP: 0 };
		for await (const _ of sequence.evaluate(input, sampling)) if (++sampled >= maxTokens) break;
		tokens += sampled;
	}
};
const begin = performance.now();
await Promise.all(all.map(worker));
console.log(JSON.stringify({ tokens, ms: performance.now() - begin }));
process.exit(0);
