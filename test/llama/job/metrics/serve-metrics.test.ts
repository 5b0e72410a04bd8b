import { once } from "node:events";
import { createServer } from "node:net";
import test from "ava";
import { listenForScrapes } from "../../../../src/llama/job/metrics/listen.ts";
import { start } from "../../../support/run.ts";
import { readExposition } from "../../metrics/exposition.ts";
import { LLAMA_SERVER } from "../../support/bare-server.ts";
import { SCHED } from "../../support/job.ts";

test("metrics are at one path, for GET and HEAD, and end with the listener", async (t) => {
	const listener = await listenForScrapes({ host: "127.0.0.1", port: 0 }, () => "a 1\n");
	const { url } = listener;
	const answer = await fetch(`${url}?x=1`);
	t.is(answer.status, 200);
	t.is(answer.headers.get("content-type"), "text/plain; version=0.0.4; charset=utf-8");
	t.is(await answer.text(), "a 1\n");
	t.true(listener.connections > 0);
	const head = await fetch(url, { method: "HEAD" });
	t.deepEqual([head.status, head.headers.get("content-length"), await head.text()], [200, "4", ""]);
	t.is((await fetch(url, { method: "POST", body: "x" })).status, 405);
	t.is((await fetch(new URL("/", url))).status, 404);
	await listener.close();
	await t.throwsAsync(fetch(url));
});

test("a port that is taken is told in one line", async (t) => {
	const other = createServer().listen(0, "127.0.0.1");
	await once(other, "listening");
	t.teardown(() => other.close());
	const address = other.address();
	const port = typeof address === "object" ? (address?.port ?? 0) : 0;
	const { done } = start(t, ["-np", "2", SCHED, "--requests", "2", "--metrics-port", `${port}`]);
	const { code, stderr } = await done;
	t.is(code, 1);
	t.regex(
		stderr,
		new RegExp(`Cannot serve metrics on 127\\.0\\.0\\.1, port ${port}: [^\\n]*in use[^\\n]*\\n$`),
	);
	t.is(stderr.trimEnd().split("\n").length, 1);
});

const run = LLAMA_SERVER === undefined ? test.skip : test;

run("a job with --metrics-port is scraped while it runs, its engines' figures included", async (t) => {
	const job = start(t, [
		...["-np", "2", SCHED, "--engine", "llama-server", "--metrics-port", "0"],
		...["--requests", "100000", "--max-tokens", "8", "--inflight", "2"],
	]);
	const [, url = ""] = await job.waitForLine(/^metrics on (http:\/\/127\.0\.0\.1:\d+\/metrics)$/);
	const complete = /llamacpp:n_decode_total\{rank="1"\} \d/;
	const both = (text: string) =>
		["0", "1"].every((engine) => {
			const done = { engine, finished_reason: "length" };
			return (readExposition(text).value("vllm:request_success_total", done) ?? 0) > 0;
		});
	let text = "";
	// Each scrape is an event to wait for; the run that is too slow ends by the test's own time.
	while (!complete.test(text) || !both(text)) text = await (await fetch(url)).text();
	const page = readExposition(text);
	t.is(page.value("tsmpi:slots", { model_name: "tsmpi-demo-tiny", engine: "1" }), 2);
	t.is(page.value("tsmpi:rank_up", { engine: "0" }), 1);
	t.not(page.value("llamacpp:requests_processing", { rank: "0" }), undefined);
	t.true((page.value("vllm:num_requests_waiting", { engine: "" }) ?? 0) > 0);
	job.child.kill("SIGINT");
	t.is((await job.done).code, 130);
	await t.throwsAsync(fetch(url));
});
