// What the layers around the engine cost: tokens/s of a one-rank job (rank, engine process, statistics) against
// node-llama-cpp driven directly in one process, with the same model, prompts, threads, sequences and
// UV_THREADPOOL_SIZE=1, in turns in the same run. The model is the project's own of 134 million random weights:
//   node bench/engine.js [THREADS]
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { availableParallelism, tmpdir } from "node:os";
import { join } from "node:path";
import { ensureDemoModel } from "tsmpi/llama";
import { run, tsmpirun } from "./run.js";
import { median, row } from "./table.js";

const ROUNDS = 5;
const MAX_TOKENS = 128;
const CONTEXT = 1024;
const threads = Number(process.argv[2] ?? availableParallelism());
const model = await ensureDemoModel("perf");
const folder = mkdtempSync(join(tmpdir(), "bench-engine-"));
const promptsFile = join(folder, "prompts.txt");
const reportFile = join(folder, "report.json");

/** Tokens/s. @param {string[]} prompts @param {number} sequences */
async function direct(prompts, sequences) {
	const options = { model, prompts, sequences, maxTokens: MAX_TOKENS, contextSize: CONTEXT, threads };
	const peer = ["env", "UV_THREADPOOL_SIZE=1", process.execPath, "bench/peers/node-llama-cpp.js"];
	const { tokens, ms } = JSON.parse(await run([...peer, JSON.stringify(options)]));
	return (tokens / ms) * 1000;
}

/** Tokens/s. @param {number} sequences */
async function job(sequences) {
	const options = Object.entries({
		model,
		prompts: promptsFile,
		json: reportFile,
		inflight: sequences,
		"max-tokens": MAX_TOKENS,
		"ctx-size": CONTEXT,
		temperature: 0,
		gpu: "cpu",
		threads,
	}).flatMap(([name, value]) => [`--${name}`, `${value}`]);
	await run(tsmpirun(1, ["examples/llama_sched.js", ...options]));
	return JSON.parse(readFileSync(reportFile, "utf8")).total.tokens_per_s;
}

row(["sequences", "tsmpi tok/s", "direct tok/s", "/ direct", "rounds' ratios"]);
for (const sequences of [1, 4]) {
	// Different from their first character on, so that neither side finds anything in a cache.
	const words = "north south east west river valley mountain harbour".split(" ");
	const prompts = Array.from({ length: 4 * sequences }, (_, index) => {
		const text = Array.from(
			{ length: 40 },
			(_, word) => words[(index * 7 + word * (index + 3)) % words.length],
		);
		return `${index} ${text.join(" ")}`;
	});
	writeFileSync(promptsFile, prompts.map((prompt) => `${prompt}\n`).join(""));
	/** @type {number[][]} */
	const results = [[], []];
	for (let round = 0; round <= ROUNDS; round++) {
		// In turns: whoever comes second finds a warmer or a slower machine.
		const early = round % 2 === 0 ? await job(sequences) : undefined;
		const raw = await direct(prompts, sequences);
		const tsmpi = early ?? (await job(sequences));
		if (round > 0) [tsmpi, raw].forEach((value, i) => void results[i]?.push(value));
	}
	const [jobs = [], raw = []] = results;
	const ratios = jobs.map((value, i) => value / (raw[i] ?? 1));
	const spread = ratios.map((ratio) => ratio.toFixed(3)).join(" ");
	row([`${sequences}`, median(jobs), median(raw), median(ratios), `  ${spread}`]);
}
rmSync(folder, { recursive: true });
