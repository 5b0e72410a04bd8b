/** Run by engine-end.test.ts: a program that ends, or throws, without closing its engine. */
import { complete, startEngine } from "tsmpi/llama";

const engine = await startEngine({
	model: process.argv[2] ?? "",
	gpu: "cpu",
	slots: 1,
	contextSize: 256,
	threads: 1,
});
const { text } = await complete(engine, "x", { maxTokens: 2 });
console.log(engine.info.pid, text);
if (process.argv[3] === "throw") throw new Error("on purpose");
