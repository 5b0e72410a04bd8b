/** A job of one rank whose engine needs no model, for what happens to its output. It prints a line for each end. */
import { setTimeout as delay } from "node:timers/promises";
import { init } from "tsmpi";
import { conclude, type GenerateOptions, openBatch, type Prompt, runBatch, runJob } from "tsmpi/llama";
import { EchoEngine } from "../support/engines.ts";

const [input, out, ...words] = process.argv.slice(2);

class SlowEngine extends EchoEngine {
	override async *generate(prompt: Prompt, options?: GenerateOptions) {
		if (words.includes("slow")) await delay(2, undefined, { signal: options?.signal });
		if (words.includes("stuck")) await delay(1e6, undefined, { signal: options?.signal });
		yield* super.generate(prompt, options);
	}
}

const mpi = await init();
await runJob(mpi, async () => {
	const files = { in: input, out, resume: words.includes("resume"), retryFailed: words.includes("retry") };
	const batch = await openBatch(mpi, { ...files, maxTokens: 8, raw: true });
	process.stderr.write("open\n");
	const onEnd = () => void process.stderr.write("ended\n");
	const outcome = await runBatch(mpi, new SlowEngine(), batch, { onEnd, inflight: 4 });
	if (words.includes("report")) await conclude(outcome);
});
