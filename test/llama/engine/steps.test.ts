import { join } from "node:path";
import test from "ava";
import { complete, startEngine } from "../../../src/llama/index.ts";
import { temporaryFolder, writeCycle } from "../support/models.ts";

const folder = temporaryFolder();

test("a request that comes while others answer is answered in step with them", async (t) => {
	const model = await writeCycle(join(folder, "cycle.gguf"));
	const engine = await startEngine({ model, gpu: "cpu", slots: 4, contextSize: 2048, threads: 1 });
	t.teardown(() => engine.close());
	let ended = 0;
	const answers: Promise<void>[] = [];
	for (const prompt of ["a", "b", "c"]) {
		await new Promise<void>((answering) => {
			answers.push(
				(async () => {
					for await (const { type } of engine.generate(prompt, { maxTokens: 1500 })) {
						if (type === "token") answering();
					}
					ended += 1;
				})(),
			);
		});
	}
	// Twice: the second one must first cut its sequence's memory.
	for (const prompt of ["defghijklm", "def"]) {
		const { text } = await complete(engine, prompt, { maxTokens: 5 });
		t.is(text, prompt === "def" ? "ghijk" : "nopqr");
		t.is(ended, 0, "the newcomer waited for the end of the others");
	}
	await Promise.all(answers);
	t.is(ended, 3);
});
