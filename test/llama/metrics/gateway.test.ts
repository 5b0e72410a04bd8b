import test from "ava";
import { LLAMA_SERVER } from "../support/bare-server.ts";
import { chat, post, serve, streamChat } from "../support/serve.ts";
import { ALERTS, filled, queriesOf, readDashboard } from "./dashboard.ts";
import { HAS_PROMETHEUS, promtool, startPrometheus } from "./prometheus.ts";

const run = HAS_PROMETHEUS && LLAMA_SERVER !== undefined ? test : test.skip;

run("the dashboard on a Prometheus that scrapes a real gateway shows what it did", async (t) => {
	const { url } = await serve(t, ["--engine", "llama-server", "--inflight", "2"]);
	const target = new URL(url).host;
	const { query } = await startPrometheus(t, target, ALERTS);
	const scrapes = async () => Number((await query("count_over_time(up[5m])"))[0]?.value[1] ?? 0);
	const scraped = async (more: number) => {
		const enough = (await scrapes()) + more;
		while ((await scrapes()) < enough);
	};
	const fields = { max_tokens: 12, ignore_eos: true };
	// The first scrapes find everything at zero.
	await scraped(2);
	const streams = Array.from({ length: 8 }, (_, index) =>
		streamChat(url, chat(`Hello number ${index}`, fields)),
	);
	for (const { status } of await Promise.all(streams)) t.is(status, 200);
	t.is((await post(url, "/v1/chat/completions", chat("Hello", fields))).status, 200);
	t.is((await post(url, "/v1/chat/completions", { messages: 7 })).status, 400);
	await scraped(2);
	for (const { title, query: text } of queriesOf(readDashboard())) {
		const found = await query(filled(text, target));
		// Reasons that nothing had are left out of one graph.
		if (!text.endsWith("> 0")) t.true(found.length > 0, `${title}: ${text}`);
	}
	const sum = async (text: string) => Number((await query(text))[0]?.value[1] ?? Number.NaN);
	t.is(await sum("sum(vllm:request_success_total)"), 9);
	t.is(await sum("sum(vllm:generation_tokens_total)"), 9 * 12);
	t.is(await sum("sum(vllm:time_to_first_token_seconds_count)"), 9);
	t.is(await sum("sum(vllm:e2e_request_latency_seconds_count)"), 9);
	t.is(await sum('sum(tsmpi:requests_refused_total{reason="invalid"})'), 1);
	t.is(await sum("sum(tsmpi:requests_arrived_total)"), 10);
	t.is(await sum("sum(tsmpi:gateway_overhead_seconds_count)"), 9);
	t.is(await sum("sum(vllm:num_requests_running) + sum(vllm:num_requests_waiting)"), 0);
	t.is(await sum("sum(tsmpi:slots)"), 4);
	t.true((await sum("sum(vllm:inter_token_latency_seconds_count)")) > 0);
	t.is(await sum("count(llamacpp:n_decode_total)"), 2);
	const page = await (await fetch(`${url}/metrics`)).text();
	const { text } = await promtool(["check", "metrics"], page);
	const others = text.split("\n").filter((line) => line !== "" && !line.includes("':'"));
	t.deepEqual(
		others.filter((line) => line.startsWith("vllm:") || line.startsWith("tsmpi:")),
		[],
	);
});
