import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import test, { type ExecutionContext } from "ava";
import type { Report } from "../../../src/llama/index.ts";
import { start, tsmpirun } from "../../support/run.ts";
import { API_KEY, LLAMA_SERVER, startBareServer } from "../support/bare-server.ts";
import { type Asked, type Reply, startChatServer } from "../support/chat-server.ts";
import { temporaryFolder, writeCycle } from "../support/models.ts";

const LOAD = fileURLToPath(new URL("../../../../examples/llama_load.js", import.meta.url));
const folder = temporaryFolder();
const path = (name: string) => join(folder, name);
const readReport = (name: string) => JSON.parse(readFileSync(path(name), "utf8")) as Report;

async function server(t: ExecutionContext, reply?: (asked: Asked, index: number) => Reply) {
	const started = await startChatServer(reply);
	t.teardown(() => started.close());
	return started;
}

test("two ranks send all requests, at most K at a time, and rank 0 reports them", async (t) => {
	const { url, asked, most } = await server(t, () => ({ tokens: 4, paceMs: 5 }));
	const { code, stdout, stderr } = await tsmpirun(t, [
		...["-np", "2", LOAD, "--url", `${url}/v1/`, "--requests", "31", "--concurrency", "5", "--warmup", "3"],
		...["--header", "x-priority: batch", "--slo", "e2e=60000", "--json", path("a.json")],
		...["--md", path("a.md"), "--html", path("a.html"), "--trace", path("a.trace")],
	]);
	t.deepEqual([code, stderr], [0, ""]);
	t.is(asked.length, 31 + 3);
	t.is(most(), 5);
	t.true(asked.every(({ headers, body }) => headers["x-priority"] === "batch" && body.model === "small"));
	t.is(new Set(asked.map(({ body }) => JSON.stringify(body.messages))).size, 34);
	const report = readReport("a.json");
	t.like(report, { ranks: 2, model: "small", inflight: 2.5, missed: [], errors: [] });
	t.like(report.total, { ok: 31, failed: 0, good: 31, prompt_tokens: 31 * 7, completion_tokens: 31 * 4 });
	// Lanes are dealt in turn: three of the five are rank 0's.
	t.true((report.per_rank[0]?.ok ?? 0) > (report.per_rank[1]?.ok ?? 0));
	t.true((report.total.ttft_ms.p50 ?? 0) >= 4);
	const { host } = new URL(url);
	t.like(report.per_rank[1]?.engine, { kind: "endpoint", device: "unknown", deviceName: host });
	t.regex(stdout, /^success {4}100 % \(31 of 31 requests, 0 failed\)$/m);
	t.regex(stdout, /^load {7}closed loop: 5 requests at a time on all ranks together; prompts of 128 tokens/m);
	t.regex(stdout, /^engine {5}endpoint$/m);
	t.regex(stdout, new RegExp(`^ +1 .* ${host}$`, "m"));
	for (const name of ["a.md", "a.html", "a.trace"]) t.true(existsSync(path(name)));
});

test("failures are grouped by status and code, and --min-success decides the exit code", async (t) => {
	const { url } = await server(t, (_, index) => {
		if (index % 4 === 1) return { status: 429, error: { error: { message: "full", code: "queue_full" } } };
		if (index % 4 === 2) return { end: "cut" };
		return {};
	});
	const args = ["-np", "2", LOAD, "--url", url, "--requests", "20", "--concurrency", "2"];
	const failed = await tsmpirun(t, [...args, "--json", path("b.json")]);
	t.is(failed.code, 1);
	t.regex(failed.stdout, /^ {2}5 x http_429 "queue_full": full$/m);
	t.regex(failed.stdout, /^ {2}5 x broken_stream/m);
	t.regex(failed.stdout, /^10 of 20 requests failed: --min-success is 100 %$/m);
	t.like(readReport("b.json").total, { ok: 10, failed: 10, success_rate: 0.5 });
	const passed = await tsmpirun(t, [...args, "--min-success", "50"]);
	t.is(passed.code, 0);
});

test("an open loop counts from when a request was due, however late it is sent", async (t) => {
	const { url, most } = await server(t, () => ({ tokens: 1, paceMs: 50 }));
	const { code } = await tsmpirun(t, [
		...["-np", "1", LOAD, "--url", url, "--requests", "10", "--rate", "100", "--burstiness", "inf"],
		...["--concurrency", "1", "--json", path("c.json")],
	]);
	t.is(code, 0);
	t.is(most(), 1);
	const { total } = readReport("c.json");
	// Ten of 50 ms one after the other, the last of them due after 100 ms.
	t.true((total.e2e_ms.max ?? 0) >= 10 * 49 - 100, `${total.e2e_ms.max}`);
	t.true((total.queue_ms.max ?? 0) >= 9 * 49 - 100, `${total.queue_ms.max}`);
});

test("many lanes wait for many requests without a word on stderr", async (t) => {
	const { url, asked } = await server(t);
	const { code, stderr } = await tsmpirun(t, [
		...["-np", "1", LOAD, "--url", url, "--requests", "60", "--rate", "300", "--concurrency", "30"],
		...["--request-timeout", "50"],
	]);
	t.deepEqual([code, stderr], [0, ""]);
	t.is(asked.length, 60);
});

test("a conversation ends with the turn that fails, and the report says what was not sent", async (t) => {
	const { url, asked } = await server(t, ({ body }) => {
		const messages = body.messages as readonly { readonly content: string }[];
		return messages.length >= 3 ? { status: 500 } : { tokens: 2 };
	});
	const { code, stdout } = await tsmpirun(t, [
		...["-np", "1", LOAD, "--url", url, "--conversations", "2", "--turns", "4"],
	]);
	t.is(code, 1);
	t.is(asked.length, 4);
	t.like(asked[3]?.body.messages, [
		{ role: "user" },
		{ role: "assistant", content: "word word " },
		{ role: "user" },
	]);
	t.regex(stdout, /^ {2}rank 0: 4 turns were not sent: one before them failed$/m);
});

test("Ctrl-C reports what has ended", async (t) => {
	let release: (() => void) | undefined;
	const enough = new Promise<void>((resolve) => {
		release = resolve;
	});
	const { url } = await server(t, (_, index) => {
		if (index === 9) release?.();
		return index < 6 ? {} : { end: "hang" };
	});
	const { child, done } = start(t, [
		"-np",
		"2",
		LOAD,
		"--url",
		url,
		"--duration",
		"600",
		"--concurrency",
		"4",
	]);
	await enough;
	child.kill("SIGINT");
	const { code, stdout } = await done;
	t.is(code, 130);
	t.regex(stdout, /^success {4}100 % \(6 of 6 requests, 0 failed\)$/m);
	t.regex(stdout, /^ended {6}by SIGINT/m);
});

test("a mistake is one line and exit code 2, a server that does not answer one line and 1", async (t) => {
	const { url, close } = await startChatServer();
	close();
	for (const [words, expected, message] of [
		[["--url", url], 1, `Cannot use the server at ${url}: connect ECONNREFUSED`],
		[["--url", "ftp://host"], 2, "Cannot use --url ftp://host: it takes a URL like"],
		[["--url", url, "--conurrency", "3"], 2, "Unknown option --conurrency: did you mean --concurrency?"],
		[["--url", url, "--in", path("none")], 1, "Cannot read the prompts in"],
		[["--url", url, "--json", "/nowhere/x.json"], 1, "Cannot write /nowhere/x.json"],
	] as const) {
		const { code, stderr, stdout } = await tsmpirun(t, ["-np", "2", LOAD, ...words]);
		t.deepEqual([code, stdout], [expected, ""], stderr);
		t.true(stderr.includes(message), stderr);
		t.is(stderr.trimEnd().split("\n").length, 1, stderr);
	}
});

const withServer = LLAMA_SERVER === undefined ? test.skip : test;

withServer("llama-server has counted the same tokens", async (t) => {
	const model = await writeCycle(path("cycle.gguf"));
	const bare = await startBareServer({ model, contextSize: 512, args: ["--metrics"] });
	t.teardown(() => bare.close());
	const { code, stdout, stderr } = await tsmpirun(
		t,
		[
			...["-np", "2", LOAD, "--url", bare.url, "--requests", "12", "--concurrency", "3", "--ignore-eos"],
			...["--route", "completions", "--prompt-tokens", "20..60", "--max-tokens", "8"],
			...["--json", path("server.json")],
		],
		{ env: { LLAMA_API_KEY: API_KEY } },
	);
	t.deepEqual([code, stderr], [0, ""], stdout);
	const answer = await fetch(`${bare.url}/metrics`, { headers: { authorization: `Bearer ${API_KEY}` } });
	const metrics = await answer.text();
	const counted = (name: string) => Number(new RegExp(`^llamacpp:${name} (\\d+)`, "m").exec(metrics)?.[1]);
	const { total } = readReport("server.json");
	t.like(total, { ok: 12, completion_tokens: 12 * 8 });
	t.is(counted("tokens_predicted_total"), 12 * 8);
	t.is(counted("prompt_tokens_total"), total.prompt_tokens - total.cached_tokens);
	// Its own count of tokens has made the prompts as long as they were to be, give or take a few.
	const mean = total.prompt_tokens / 12;
	t.true(mean >= 18 && mean <= 66, `${mean}`);
	t.regex(stdout, /^engine {5}endpoint llama\.cpp \S+, contexts of 512 tokens$/m);
});
