// What a long prompt does to others: the largest gap between two tokens of a request that answers while a prompt of 2,000
// tokens is read, and how soon the engine's only slot answers somebody else when that prompt is given up midway. For
// each engine, with the project's own model of 134 million random weights:
//   node bench/prefill.js [THREADS [ROUNDS]]
import { availableParallelism } from "node:os";
import { complete, ensureDemoModel, findLlamaServer, startEngine } from "tsmpi/llama";
import { median, row } from "./table.js";

const threads = Number(process.argv[2] ?? availableParallelism());
const rounds = Number(process.argv[3] ?? 5);
const model = await ensureDemoModel("perf");

/** A text of about 2,000 tokens that begins like no other. @param {number} index */
function longPrompt(index) {
	return `${index} ${"the river and the valley ".repeat(400)}`.slice(0, 2_000 * CHARACTERS_PER_TOKEN);
}
/** Of the model's vocabulary of syllables. */
const CHARACTERS_PER_TOKEN = 3.12;

/** Largest gap in milliseconds, and the long prompt's tokens. @param {import("tsmpi/llama").Engine} engine @param {number} round */
async function largestGap(engine, round) {
	let gap = 0;
	let last = 0;
	let tokens = 0;
	/** @type {Promise<number> | undefined} */
	let reading;
	let read = false;
	for await (const event of engine.generate(`short ${round}`, { maxTokens: 2_000 })) {
		if (event.type !== "token") break;
		const now = performance.now();
		if (reading !== undefined && !read) gap = Math.max(gap, now - last);
		last = now;
		tokens += 1;
		if (tokens === 10) {
			reading = complete(engine, longPrompt(round), { maxTokens: 1 }).then(({ usage }) => {
				read = true;
				return usage.promptTokens;
			});
		}
		if (read) break;
	}
	return { gap, promptTokens: (await reading) ?? 0 };
}

/** Milliseconds from an abort within a prompt to the next one's answer. @param {import("tsmpi/llama").Engine} engine @param {number} round */
async function freedAfter(engine, round) {
	const controller = new AbortController();
	const aborted = complete(engine, longPrompt(round), { signal: controller.signal }).catch(() => {});
	// By now the engine is somewhere within the prompt.
	await new Promise((resolve) => setTimeout(resolve, 300));
	const begin = performance.now();
	controller.abort();
	await complete(engine, "x", { maxTokens: 1 });
	const ms = performance.now() - begin;
	await aborted;
	return ms;
}

row(["engine", "prompt tokens", "gap ms", "freed ms", "gaps", ""]);
for (const name of /** @type {const} */ (["llama-server", "node-llama-cpp"])) {
	if (name === "llama-server" && findLlamaServer() === undefined) continue;
	const options = { engine: name, model, threads, gpu: /** @type {const} */ ("cpu"), contextSize: 4_096 };
	const two = await startEngine({ ...options, slots: 2 });
	const gaps = [];
	for (let round = 0; round < rounds; round++) gaps.push(await largestGap(two, round));
	await two.close();
	const one = await startEngine({ ...options, slots: 1 });
	const freed = [];
	for (let round = 0; round < rounds; round++) freed.push(await freedAfter(one, rounds + round));
	await one.close();
	const spread = gaps.map(({ gap }) => gap.toFixed(0)).join(" ");
	row([name, `${gaps[0]?.promptTokens}`, median(gaps.map(({ gap }) => gap)), median(freed), `  ${spread}`]);
}
