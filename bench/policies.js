// Dispatch policies against each other, each pair in the same run, on 4 ranks with one request at a time:
//   dynamic against round-robin: 60 and 200 prompts, a tenth of which generates 20 times as much, at random places. Engines
//     only wait, 0.5 ms a token: ranks that share cores would help each other out, as those with a GPU each do not.
//   prefix against dynamic: 8 beginnings of 1,000 tokens with 32 questions each, in random order, on llama.cpp with the
//     demo model.
//   node bench/policies.js
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { random } from "./random.js";
import { run, tsmpirun } from "./run.js";
import { median, row } from "./table.js";

const RANKS = 4;
/** Orders of each file: which rank is dealt how many of the long ones is chance. */
const SEEDS = 5;
const folder = mkdtempSync(join(tmpdir(), "bench-policies-"));

/** @param {readonly object[]} bodies */
function writeBatch(bodies) {
	const lines = bodies.map((body, index) => {
		const request = { custom_id: `${index}`, method: "POST", url: "/v1/completions", body };
		return `${JSON.stringify(request)}\n`;
	});
	const file = join(folder, "in.jsonl");
	writeFileSync(file, lines.join(""));
	return file;
}

/** The report of a run. @param {string} file @param {string} policy */
async function job(file, policy) {
	const json = join(folder, "report.json");
	const options = ["--in", file, "--policy", policy, "--json", json, "--inflight", "1", "--gpu", "cpu"];
	await run(tsmpirun(RANKS, ["examples/llama_sched.js", ...options, "--warmup", "1", "--temperature", "0"]));
	return JSON.parse(readFileSync(json, "utf8"));
}

/** @param {string} file @param {string} policy */
async function makespan(file, policy) {
	return Number(await run(tsmpirun(RANKS, ["bench/makespan.js", file, policy]))) / 1000;
}

row(["skewed", "round-robin s", "dynamic s", "ratio", "median ratio"]);
for (const prompts of [60, 200]) {
	/** @type {number[]} */
	const ratios = [];
	for (let seed = 1; seed <= SEEDS; seed++) {
		const next = random(seed);
		const bodies = Array.from({ length: prompts }, (_, index) => {
			return { prompt: `Question ${index}`, max_tokens: index < prompts / 10 ? 1280 : 64, order: next() };
		});
		bodies.sort((a, b) => a.order - b.order);
		const file = writeBatch(bodies.map(({ prompt, max_tokens }) => ({ prompt, max_tokens })));
		const dealt = await makespan(file, "round-robin");
		const dynamic = await makespan(file, "dynamic");
		ratios.push(dealt / dynamic);
		row([`${prompts}, ${seed}`, dealt, dynamic, dealt / dynamic, seed === SEEDS ? median(ratios) : ""]);
	}
}

row(["prefixes", "dynamic", "prefix", "ratio"]);
for (let seed = 1; seed <= SEEDS; seed++) {
	const next = random(seed);
	const words = "north south east west river valley mountain harbour forest meadow".split(" ");
	// About a thousand tokens of the demo model, which reads nearly every character as one.
	const beginnings = Array.from({ length: 8 }, () => {
		let text = "";
		while (text.length < 1000) text += `${words[Math.floor(next() * words.length)]} `;
		return text;
	});
	const bodies = Array.from({ length: 256 }, (_, index) => {
		return { order: next(), prompt: `${beginnings[index % 8]} Question ${index}?`, max_tokens: 8 };
	});
	bodies.sort((a, b) => a.order - b.order);
	const file = writeBatch(bodies.map(({ prompt, max_tokens }) => ({ prompt, max_tokens })));
	const evaluated = async (/** @type {string} */ policy) => {
		const { total } = await job(file, policy);
		return total.prompt_tokens - total.cached_tokens;
	};
	const [dynamic, prefix] = [await evaluated("dynamic"), await evaluated("prefix")];
	row([`seed ${seed}`, `${dynamic}`, `${prefix}`, (dynamic / prefix).toFixed(2)]);
}
rmSync(folder, { recursive: true });
