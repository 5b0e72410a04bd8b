import { readFileSync, writeFileSync } from "node:fs";
import { availableParallelism } from "node:os";
import { join } from "node:path";
import test from "ava";
import type { Report, Result } from "../../../src/llama/index.ts";
import { buildVocabulary } from "../../../src/llama/model/demo/vocabulary.ts";
import { tsmpirun } from "../../support/run.ts";
import { SCHED, withoutProgress } from "../support/job.ts";
import { temporaryFolder, writeCycle } from "../support/models.ts";

const folder = temporaryFolder();
const at = (name: string) => join(folder, name);

test.before(async () => {
	const model = readFileSync(await writeCycle(at("cycle.gguf")));
	writeFileSync(at("cut.gguf"), model.subarray(0, model.length / 2));
	const noise = Buffer.alloc(50_000);
	for (let index = 0; index < noise.length; index++) noise[index] = Math.imul(index + 7, 2654435761) >>> 24;
	writeFileSync(at("noise.gguf"), noise);
	const vocabulary = buildVocabulary("byte");
	const texts = vocabulary.texts.map((text) => (text === "z" ? "y" : text));
	await writeCycle(at("twice.gguf"), { vocabulary: { ...vocabulary, texts } });
	writeFileSync(at("empty.txt"), "");
	writeFileSync(at("blank.txt"), "\n  \n\t\n");
	writeFileSync(at("bad.jsonl"), '{"prompt":"a"}\n\n{"prompt":"b}\n');
});

const MISTAKES: readonly (readonly [string, readonly string[], number, RegExp])[] = [
	["a missing model", ["--model", at("no.gguf")], 1, /Cannot load model \S+no\.gguf: there is no such file$/],
	["a directory as model", ["--model", folder], 1, /Cannot load model \S+: it is a directory$/],
	["half a model", ["--model", at("cut.gguf")], 1, /it is truncated: needs 670464 bytes, has 335232$/],
	[
		"a model of random bytes",
		["--model", at("noise.gguf")],
		1,
		/noise\.gguf: it is not a GGUF file \(it begins/,
	],
	["a model that makes llama.cpp abort", ["--model", at("twice.gguf")], 1, /the token "y" is twice in its/],
	[
		"missing prompts",
		["--prompts", at("no.txt")],
		1,
		/Cannot read the prompts in \S+: there is no such file$/,
	],
	["a directory of prompts", ["--prompts", folder], 1, /Cannot read the prompts in \S+: it is a directory$/],
	[
		"no prompts",
		["--prompts", at("empty.txt")],
		1,
		/Cannot use the prompts in \S+empty\.txt: the file has none$/,
	],
	[
		"blank prompts",
		["--prompts", at("blank.txt")],
		1,
		/Cannot use the prompts in \S+blank\.txt: the file has none$/,
	],
	[
		"--in with --prompts",
		["--in", "a", "--prompts", "b"],
		2,
		/Cannot use --in with --prompts: they are the same$/,
	],
	["--resume without --out", ["--resume"], 2, /Cannot use --resume without --out$/],
	[
		"an unknown policy",
		["--policy", "lifo"],
		2,
		/Cannot use --policy lifo: it takes dynamic, round-robin, prefix$/,
	],
	[
		"- as --out",
		["--in", at("bad.jsonl"), "--out", "-"],
		2,
		/Cannot write the answers to -: name a file; \/dev\/stdout is this job's output, with the report behind/,
	],
	[
		"--resume from a device",
		["--in", at("bad.jsonl"), "--out", "/dev/null", "--resume"],
		1,
		/Cannot resume with \/dev\/null: it is not a regular file$/,
	],
	[
		"the prompts' file as --out",
		["--in", at("bad.jsonl"), "--out", at("bad.jsonl")],
		2,
		/Cannot write the answers to \S+bad\.jsonl: the prompts are in it$/,
	],
	[
		"answers of another program",
		["--in", at("bad.jsonl"), "--out", at("blank.txt"), "--resume"],
		1,
		/Cannot resume with \S+blank\.txt: its line 1 is no answer that tsmpi has written$/,
	],
	["a missing folder for --out", ["--out", at("no/r.jsonl")], 1, /Cannot write \S+r\.jsonl: .*no such file/],
	[
		"nothing in flight",
		["--inflight", "0"],
		2,
		/Cannot use --inflight 0: it takes a whole number from 1 to 256$/,
	],
	["an unknown option", ["--max-token", "3"], 2, /Unknown option --max-token: did you mean --max-tokens\?$/],
];

for (const [title, options, code, message] of MISTAKES) {
	test.serial(`llama_sched.js ends with one line for ${title}`, async (t) => {
		const result = await tsmpirun(t, ["-np", "2", SCHED, ...options]);
		t.is(result.code, code);
		t.is(result.stdout, "");
		t.regex(result.stderr, /^tsmpirun: rank 0 \([^)]+\) called abort\(\d\): [^\n]+\n$/, "one line");
		t.regex(result.stderr.trimEnd(), message);
	});
}

test.serial("--gpu cuda does not fall back to the processor", async (t) => {
	// Where there is a GPU, hide it.
	const result = await tsmpirun(t, ["-np", "2", "--no-gpu-bind", SCHED, "--gpu", "cuda"], {
		env: { CUDA_VISIBLE_DEVICES: "-1" },
	});
	t.is(result.code, 1);
	t.is(result.stdout, "");
	t.regex(result.stderr, /^tsmpirun: rank 0 [^\n]+: Cannot use --gpu cuda: [^\n]+\n$/);
});

test.serial("--help prints the options once and ends with 0", async (t) => {
	const result = await tsmpirun(t, ["-np", "2", SCHED, "--inflight", "0", "--help"]);
	t.is(result.code, 0);
	t.is(withoutProgress(result.stderr), "");
	t.is(result.stdout.match(/^Usage: tsmpirun -np N examples\/llama_sched\.js \[options\]$/gm)?.length, 1);
	t.regex(result.stdout, /^ {2}--inflight K +requests that a rank runs at the same time \(4\)$/m);
});

test.serial("a prompt longer than the context is an error of that prompt alone", async (t) => {
	const prompts = at("long.jsonl");
	const out = at("long-out.jsonl");
	const json = at("long.json");
	const long = "x".repeat(300);
	const messages = [{ role: "user", content: "Hi" }];
	writeFileSync(
		prompts,
		[{ prompt: "abc" }, { prompt: long }, { messages }].map((line) => JSON.stringify(line)).join("\n"),
	);
	const result = await tsmpirun(t, [
		...[
			"-np",
			"2",
			SCHED,
			"--model",
			at("cycle.gguf"),
			"--policy",
			"round-robin",
			"--ctx-size",
			"256",
			"--max-tokens",
			"5",
			"--gpu-layers",
			"3",
		],
		...["--prompts", prompts, "--out", out, "--json", json, "--print", "--raw"],
	]);
	t.is(result.code, 1);
	const message =
		"Cannot run a prompt of 301 tokens: the context has 256 tokens, and at least one must be left for the answer";
	const lines = readFileSync(out, "utf8")
		.trimEnd()
		.split("\n")
		.map((line) => JSON.parse(line) as Result);
	t.deepEqual(
		lines.map(({ index, rank, text, error }) => [index, rank, text, error]),
		[
			[0, 0, "defgh", null],
			[1, 1, null, message],
			[2, 0, "abcde", null],
		],
	);
	t.deepEqual(Object.keys(lines[0] ?? {}), Object.keys(lines[1] ?? {}), "all lines have the same keys");
	const printed = result.stdout.split("\n");
	for (const line of ['[rank 0] 0: "defgh"', `[rank 1] 1: error: ${message}`, '[rank 0] 2: "abcde"']) {
		t.is(printed.filter((other) => other === line).length, 1, line);
	}
	t.regex(result.stdout, /^success +66\.6 % \(2 of 3 requests, 1 failed\)$/m);
	t.true(
		result.stdout.includes(
			`errors\n  1 x prompt_too_long: ${message}\n\n1 of 3 requests failed: --min-success is 100 %\nthe job's exit code is 1\n`,
		),
	);
	t.notRegex(result.stdout, /demo model/);
	// The host's cores are shared out between its ranks.
	const report = JSON.parse(readFileSync(json, "utf8")) as Report;
	const share = Math.max(1, Math.floor(availableParallelism() / 2));
	t.true(report.per_rank.every(({ engine }) => engine.threads >= 1 && engine.threads <= share));
	t.regex(withoutProgress(result.stderr), /^tsmpirun: rank 0 [^\n]+ exited with code 1\n$/);
});
