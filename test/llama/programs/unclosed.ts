/** Run by engine-end.test.ts: a program that ends, throws or is killed without closing its engine. */
import { complete, startEngine } from "tsmpi/llama";

const [model = "", ending, kind] = process.argv.slice(2);
const engine = await startEngine({
	model,
	engine: kind === "llama-server" ? kind : "node-llama-cpp",
	gpu: "cpu",
	slots: 1,
	contextSize: 2048,
	threads: 1,
});
const { text } = await complete(engine, "x", { maxTokens: 2 });
// Enough to keep the engine at work for longer than the test waits for its end.
if (ending === "kill")
	for (let count = 0; count < 100; count++) void complete(engine, "a", { maxTokens: 2000 });
console.log(engine.info.pid, text);
if (ending === "throw") throw new Error("on purpose");
