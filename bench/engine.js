// What the layers around an engine cost: tokens/s of a one-rank job (rank, engine process, statistics) against the same
// llama.cpp without them, with the same model, prompts, threads and sequences, in turns in the same run: llama-server
// asked by a bare client, and node-llama-cpp driven directly in one process with UV_THREADPOOL_SIZE=1. The last figure
// compares the engines. The model is the project's own of 134 million random weights:
//   node bench/engine.js [THREADS [ROUNDS]]
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { availableParallelism, tmpdir } from "node:os";
import { join } from "node:path";
import { ensureDemoModel, findLlamaServer } from "tsmpi/llama";
import { distinctPrompts } from "./payload.js";
import { run, tsmpirun } from "./run.js";
import { median, row } from "./table.js";

const MAX_TOKENS = 128;
const CONTEXT = 1024;
const threads = Number(process.argv[2] ?? availableParallelism());
const rounds = Number(process.argv[3] ?? 5);
const model = await ensureDemoModel("perf");
const binary = findLlamaServer();
const folder = mkdtempSync(join(tmpdir(), "bench-engine-"));
const promptsFile = join(folder, "prompts.txt");
const reportFile = join(folder, "report.json");

/** Tokens/s. @param {string[]} peer @param {string[]} prompts @param {number} sequences */
async function direct(peer, prompts, sequences) {
	const options = { binary, model, prompts, sequences, maxTokens: MAX_TOKENS, contextSize: CONTEXT, threads };
	const { tokens, ms } = JSON.parse(await run([...peer, JSON.stringify(options)]));
	return (tokens / ms) * 1000;
}

/** Tokens/s. @param {string} engine @param {number} sequences */
async function job(engine, sequences) {
	const options = Object.entries({
		engine,
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

const node = process.execPath;
/** Each engine with its peer. @type {[string, string[]][]} */
const engines = [
	...(binary === undefined
		? []
		: [/** @type {[string, string[]]} */ (["llama-server", [node, "bench/peers/llama-server.js"]])]),
	["node-llama-cpp", ["env", "UV_THREADPOOL_SIZE=1", node, "bench/peers/node-llama-cpp.js"]],
];
if (binary === undefined) console.log("no llama-server: npm run build:llama-server builds one");

row(["sequences", "engine", "tsmpi tok/s", "direct tok/s", "/ direct", "/ server", "rounds' ratios"]);
for (const sequences of [1, 4]) {
	const prompts = distinctPrompts(4 * sequences);
	writeFileSync(promptsFile, prompts.map((prompt) => `${prompt}\n`).join(""));
	/** Tokens/s of each round, of jobs and of peers. @type {Map<string, { jobs: number[], peers: number[] }>} */
	const results = new Map(engines.map(([name]) => [name, { jobs: [], peers: [] }]));
	for (let round = 0; round <= rounds; round++) {
		for (const [name, peer] of engines) {
			// In turns: whoever comes second finds a warmer or a slower machine.
			const early = round % 2 === 0 ? await job(name, sequences) : undefined;
			const raw = await direct(peer, prompts, sequences);
			const tsmpi = early ?? (await job(name, sequences));
			if (round === 0) continue;
			results.get(name)?.jobs.push(tsmpi);
			results.get(name)?.peers.push(raw);
		}
	}
	const best = results.get("llama-server")?.jobs;
	for (const [name, { jobs, peers }] of results) {
		/** The median of each round's ratio. @param {number[] | undefined} others */
		const against = (others) => jobs.map((value, i) => value / (others?.[i] ?? Number.NaN));
		const spread = against(peers).map((ratio) => ratio.toFixed(3));
		const ratios = [median(against(peers)), median(against(best))];
		row([`${sequences}`, name, median(jobs), median(peers), ...ratios, `  ${spread.join(" ")}`]);
	}
}
rmSync(folder, { recursive: true });
