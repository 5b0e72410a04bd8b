// A job on this machine's NVIDIA GPUs, one rank on each: that every rank has a GPU of its own, what two GPUs give over
// one, what tsmpi costs over llama-server asked directly and over llama-batched-bench, layers on the GPU, the prompt
// cache, and a context that cannot fit. `bench/gpu.sh` builds what it needs and runs it:
//   node bench/gpu.js FOLDER MODEL.gguf [REQUESTS]    FOLDER has llama-server and llama-batched-bench
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { distinctPrompts } from "./payload.js";
import { attempt, run, tsmpirun } from "./run.js";

const [bin = ".", model = "", wanted = "256"] = process.argv.slice(2);
const requests = Number(wanted);
const INFLIGHT = 16;
const MAX_TOKENS = 128;
const CONTEXT = 1024;
const binary = join(bin, "llama-server");
const folder = mkdtempSync(join(tmpdir(), "bench-gpu-"));
const promptsFile = join(folder, "prompts.txt");
const reportFile = join(folder, "report.json");

const prompts = distinctPrompts(requests);
writeFileSync(promptsFile, prompts.map((prompt) => `${prompt}\n`).join(""));

/** A job's command. @param {number} ranks @param {Record<string, unknown>} options */
function command(ranks, options) {
	/** @type {Record<string, unknown>} */
	const all = {
		...{ model, prompts: promptsFile, inflight: INFLIGHT, "max-tokens": MAX_TOKENS, "ctx-size": CONTEXT },
		...{ temperature: 0, gpu: "cuda", json: reportFile, ...options },
		...(options.engine === "llama-server" ? { "llama-server": binary } : {}),
	};
	const args = Object.entries(all).flatMap(([name, value]) =>
		value === true ? [`--${name}`] : [`--${name}`, `${value}`],
	);
	return tsmpirun(ranks, ["examples/llama_sched.js", ...args]);
}

/** Runs a job and returns its report. @param {number} ranks @param {Record<string, unknown>} options */
async function job(ranks, options) {
	await run(command(ranks, options));
	return JSON.parse(readFileSync(reportFile, "utf8"));
}

/** The engine driven without tsmpi, in tokens/s. @param {readonly string[]} peer */
async function direct(peer) {
	const options = {
		binary,
		model,
		prompts,
		sequences: INFLIGHT,
		maxTokens: MAX_TOKENS,
		contextSize: CONTEXT,
	};
	const argument = JSON.stringify({ ...options, threads: 8, gpu: true });
	const { tokens, ms } = JSON.parse(await run(["env", "CUDA_VISIBLE_DEVICES=0", ...peer, argument]));
	return (tokens / ms) * 1000;
}

/** Tokens/s of generation at a batch of INFLIGHT. */
async function batchedBench() {
	const sizes = ["-c", `${INFLIGHT * 512}`, "-npp", "120", "-ntg", `${MAX_TOKENS}`, "-npl", `${INFLIGHT}`];
	const text = await run([
		...["env", "CUDA_VISIBLE_DEVICES=0", join(bin, "llama-batched-bench")],
		...["-m", model, "-ngl", "99", ...sizes],
	]);
	const cells = text
		.split("\n")
		.filter((line) => /^\|\s+\d/.test(line))
		.at(-1)
		?.split("|")
		.map((cell) => Number(cell));
	// | PP | TG | B | N_KV | T_PP s | S_PP t/s | T_TG s | S_TG t/s | T s | S t/s |
	const [, , tokens = 0, batch = 0, , , , , , seconds = 0] = cells ?? [];
	return (tokens * batch) / seconds;
}

/** @param {number} value */
const shown = (value) => value.toFixed(value < 10 ? 2 : 0);

console.log(
	`${requests} requests of 120 + ${MAX_TOKENS} tokens, ${INFLIGHT} in flight on each rank; tokens/s count answers only.`,
);
console.log("");
const peers = {
	"llama-server": [process.execPath, "bench/peers/llama-server.js"],
	"node-llama-cpp": ["env", "UV_THREADPOOL_SIZE=1", process.execPath, "bench/peers/node-llama-cpp.js"],
};
const bound = await batchedBench();
console.log(
	"| engine | ranks | ok | tokens/s | against 1 rank | 1 rank against direct | against llama-batched-bench |",
);
console.log("| --- | --- | --- | --- | --- | --- | --- |");
/** @type {string[]} */
const devices = [];
for (const [engine, peer] of Object.entries(peers)) {
	// The first run of all warms the driver up.
	await job(1, { engine, requests: INFLIGHT });
	const one = await job(1, { engine, requests: requests / 2 });
	const two = await job(2, { engine });
	const raw = await direct(peer);
	const [single, both] = [one, two].map(({ total }) => total.tokens_per_s);
	const line = (/** @type {unknown[]} */ cells) => console.log(`| ${cells.join(" | ")} |`);
	const ratios = [`${shown(single / raw)}x of ${shown(raw)}`, `${shown(single / bound)}x of ${shown(bound)}`];
	line([engine, 1, `${one.total.ok} of ${requests / 2}`, shown(single), "", ...ratios]);
	line([engine, 2, `${two.total.ok} of ${requests}`, shown(both), `${shown(both / single)}x`, "", ""]);
	for (const { rank, engine: info, gpus = [] } of two.per_rank) {
		const ids = gpus.map((/** @type {{ uuid: string }} */ gpu) => gpu.uuid);
		devices.push(
			`${engine}, rank ${rank}: ${info.deviceName}, ${ids.join(" ")}, ${info.gpuLayers} layers on it`,
		);
	}
}
console.log("");
for (const text of devices) console.log(`- ${text}`);

console.log(
	"\nLayers on the GPU, one rank, 16 requests of 32 tokens:\n\n| --gpu-layers | tokens/s | TTFT p50 ms |\n| --- | --- | --- |",
);
for (const layers of [0, 4, 99, "auto"]) {
	const few = { engine: "llama-server", gpu: "auto", "gpu-layers": layers, requests: 16, "max-tokens": 32 };
	const { total } = await job(1, few);
	console.log(`| ${layers} | ${shown(total.tokens_per_s)} | ${shown(total.ttft_ms.p50)} |`);
}

console.log("\nPrompt cache cold and warm (`--measure-cache`), as the report has it:\n\n```");
const cold = await run(
	command(1, { engine: "llama-server", requests: 16, "max-tokens": 8, "measure-cache": true }),
);
console.log(
	cold
		.split("\n")
		.filter((text) => /cache|cold|warm/i.test(text))
		.join("\n"),
);
console.log("```\n\nA context that cannot fit:\n\n```");
for (const engine of Object.keys(peers)) {
	const { code, stderr } = await attempt(
		command(1, { engine, "ctx-size": 131_072, inflight: 64, requests: 1 }),
	);
	console.log(`${engine}: exit code ${code}\n${stderr.trim().split("\n").slice(0, 4).join("\n")}`);
}
console.log("```");
rmSync(folder, { recursive: true });
