import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import test from "ava";
import type { Report, Result } from "../../../src/llama/index.ts";
import { random } from "../../support/memory-channels.ts";
import { tsmpirun } from "../../support/run.ts";
import { SCHED } from "../support/job.ts";
import { temporaryFolder } from "../support/models.ts";

const folder = temporaryFolder();
const prompts = join(folder, "prompts.txt");

test("every policy gives the same greedy answers, and prefix evaluates the fewest prompt tokens", async (t) => {
	const next = random(3);
	const beginnings = ["north ", "south ", "east ", "west "].map((word) => word.repeat(60));
	const lines = Array.from({ length: 40 }, (_, index) => `${beginnings[Math.floor(next() * 4)]}${index}?`);
	writeFileSync(prompts, lines.join("\n"));
	const run = async (policy: string) => {
		const [out, json] = [join(folder, `${policy}.jsonl`), join(folder, `${policy}.json`)];
		const files = ["--in", prompts, "--out", out, "--json", json];
		const sampling = ["--temperature", "0", "--max-tokens", "4", "--inflight", "1"];
		const { code, stderr } = await tsmpirun(t, [
			"-np",
			"2",
			SCHED,
			"--policy",
			policy,
			...files,
			...sampling,
		]);
		t.is(code, 0, stderr);
		const results = readFileSync(out, "utf8")
			.trimEnd()
			.split("\n")
			.map((line) => JSON.parse(line) as Result);
		const { total } = JSON.parse(readFileSync(json, "utf8")) as Report;
		return {
			texts: results.map(({ text }) => text),
			ranks: results.map(({ rank }) => rank),
			evaluated: total.prompt_tokens - total.cached_tokens,
		};
	};
	const dealt = await run("round-robin");
	t.true(dealt.ranks.every((rank, index) => rank === index % 2));
	const dynamic = await run("dynamic");
	t.deepEqual(dynamic.texts, dealt.texts);
	const prefix = await run("prefix");
	t.deepEqual(prefix.texts, dealt.texts);
	t.true(dynamic.evaluated > 2 * prefix.evaluated, `${dynamic.evaluated} and ${prefix.evaluated}`);
});
