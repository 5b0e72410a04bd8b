import test from "ava";
import { JobError } from "../../../src/llama/errors.ts";
import { loadOptions } from "../../../src/llama/load/command-line/options.ts";
import { loadReport } from "../../../src/llama/load/report.ts";

const URL = ["--url", "http://127.0.0.1:8090"];
const read = (...words: string[]) => loadOptions([...URL, ...words], "load.js");

test("what the command line leaves open", (t) => {
	t.like(read(), {
		...{ url: "http://127.0.0.1:8090", requests: 100, concurrency: undefined, rate: undefined },
		...{ promptTokens: { least: 128, most: 128 }, maxTokens: { least: 64, most: 64 } },
		...{ route: "chat", stream: true, retries: 0, seed: 1, minSuccess: 100 },
	});
	// Something else bounds these.
	for (const words of [
		["--duration", "3"],
		["--in", "x"],
		["--conversations", "2"],
	]) {
		t.is(read(...words).requests, undefined);
	}
	t.is(read("--in", "x").maxTokens, undefined);
	t.like(read("--lengths", "sharegpt").promptTokens, { median: 135 });
	t.like(read("--prompt-tokens", "5..9", "--max-tokens", "7"), {
		...{ promptTokens: { least: 5, most: 9 }, maxTokens: { least: 7, most: 7 } },
	});
	t.deepEqual(read("--header", "X-A: b: c", "--header", "y:z").headers, [
		["x-a", "b: c"],
		["y", "z"],
	]);
});

test("every mistake is one line with exit code 2", (t) => {
	const mistakes: readonly (readonly [words: readonly string[], message: RegExp])[] = [
		[["--reqests", "3"], /^Unknown option --reqests: did you mean --requests\?$/],
		[["--requests", "0"], /--requests 0: it takes a whole number from 1/],
		[["--rate", "fast"], /--rate fast: it takes a number from/],
		[["--requests", "3", "--requests", "4"], /--requests twice/],
		[["--burstiness", "2"], /--burstiness without --rate/],
		[["--turns", "2"], /--turns without --conversations/],
		[["--in", "x", "--prompt-tokens", "3"], /--in with --prompt-tokens: a file has its prompts/],
		[["--in", "x", "--max-tokens", "3..4"], /--max-tokens with a range/],
		[["--lengths", "long"], /--lengths long: it takes sharegpt/],
		[["--prompt-tokens", "9..5"], /--prompt-tokens 9..5: it takes tokens, as 128 or 64..512/],
		[["--conversations", "2", "--route", "completions"], /only chats have turns/],
		[["--no-stream", "--slo", "ttft=5"], /ttft or tpot with --no-stream/],
		[["--header", "no colon, but a secret"], /^Cannot use --header: it takes 'Name: value'/],
		[["--header", "a b: secret"], /^Cannot use --header with the name "a b": it takes/],
		[["--header", "Content-Length: 3"], /--header content-length: it is set/],
		[["something"], /all arguments are options/],
	];
	for (const [words, message] of mistakes) {
		const error = t.throws(() => read(...words), { instanceOf: JobError, message }, words.join(" "));
		t.is(error?.exitCode, 2);
		t.notRegex(error?.message ?? "", /\n|secret/);
	}
	t.throws(() => loadOptions([], "load.js"), { message: /without --url/ });
	const help = t.throws(() => loadOptions(["--help"], "load.js"), { instanceOf: JobError });
	t.is(help?.exitCode, 0);
	t.regex(help?.message ?? "", /--concurrency K/);
});

test("a report says how requests came, and what was sent", (t) => {
	const closed = loadReport(read("--concurrency", "5", "--shared-prefix", "20"), 2);
	t.is(
		closed.load,
		"closed loop: 5 requests at a time on all ranks together; prompts of 128 tokens after 20 that all share, answers of at most 64 tokens",
	);
	t.is(closed.inflight, 2.5);
	const open = loadReport(read("--rate", "3", "--lengths", "sharegpt", "--no-stream"), 2);
	t.is(
		open.load,
		"open loop: 3 requests/s, Poisson; latency counts from when a request was due; prompts of 4 to 1024 tokens (log-normal, median 135, sigma 1.3), answers of at most 4 to 1024 tokens (log-normal, median 150, sigma 0.9), not streamed",
	);
	t.is(open.inflight, 0);
	t.is(loadReport(read(), 3).inflight, 4);
});
