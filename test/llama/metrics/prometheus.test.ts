import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import test, { type ExecutionContext } from "ava";
import { listenForScrapes } from "../../../src/llama/job/metrics/listen.ts";
import { busyMetrics } from "./busy-metrics.ts";
import { ALERTS, filled, queriesOf, readDashboard } from "./dashboard.ts";
import { HAS_PROMETHEUS, promtool, startPrometheus } from "./prometheus.ts";

const run = HAS_PROMETHEUS ? test : test.skip;

/** A page of metrics, and a promise of its n-th scrape. */
async function served() {
	const metrics = busyMetrics();
	let scrapes = 0;
	const waiting: { readonly count: number; readonly resolve: () => void }[] = [];
	const listener = await listenForScrapes({ host: "127.0.0.1", port: 0 }, () => {
		scrapes += 1;
		for (const { count, resolve } of waiting) if (scrapes >= count) resolve();
		return metrics.render();
	});
	return {
		target: new URL(listener.url).host,
		scraped: (count: number) => new Promise<void>((resolve) => waiting.push({ count, resolve })),
		close: async () => {
			metrics.close();
			await listener.close();
		},
	};
}

run("every query of the dashboard finds something on a real Prometheus", async (t) => {
	const page = await served();
	t.teardown(page.close);
	const { query, url } = await startPrometheus(t, page.target, ALERTS);
	// The fifth scrape begins when four are stored.
	await page.scraped(5);
	const queries = queriesOf(readDashboard());
	t.true(queries.length > 40);
	for (const { title, query: text } of queries) {
		const found = await query(filled(text, page.target));
		t.true(found.length > 0, `${title}: ${text}`);
		// A quantile of a time without events is not a number, and no figure of these is that.
		const numbers = found.filter(({ value: [, value] }) => Number.isFinite(Number(value)));
		if (!text.includes("event_loop_lag")) t.is(numbers.length, found.length, `${title}: ${text}`);
	}
	// What the variables are filled with.
	for (const { type, definition = "" } of readDashboard().templating.list) {
		if (type !== "query") continue;
		const [, series = "", label = ""] =
			/^label_values\((.*), (\w+)\)$/.exec(filled(definition, page.target)) ?? [];
		const values = await labelValues(url, series, label);
		t.true(values.length > 0, definition);
		if (label === "engine") t.deepEqual(values, ["0", "1"]);
		if (label === "model_name") t.deepEqual(values, ["tiny"]);
	}
	const [even] = await query(
		"max(sum by (engine) (rate(vllm:generation_tokens_total[1m]))) / avg(sum by (engine) (rate(vllm:generation_tokens_total[1m])))",
	);
	t.is(Number(even?.value[1]), 1);
	t.is((await query('up{job="tsmpi"} == 1')).length, 1);
});

run("promtool finds nothing wrong with the page but the colons that are vLLM's", async (t) => {
	const metrics = busyMetrics();
	const { code, text } = await promtool(["check", "metrics"], metrics.render());
	metrics.close();
	// 3: it would have named something otherwise.
	t.is(code, 3);
	const others = text
		.trimEnd()
		.split("\n")
		.filter((line) => !/ metric names should not contain ':'$/.test(line));
	t.deepEqual(others, []);
});

run("promtool takes the alerts", async (t) => {
	const { code, text } = await promtool(["check", "rules", ALERTS]);
	t.is(code, 0, text);
});

const OF_ALL = 'instance="h", model_name="m"';

/** A test of promtool's: these series by the minute, and what fires after ten. */
async function firing(t: ExecutionContext, series: Readonly<Record<string, string>>): Promise<string[]> {
	const folder = mkdtempSync(join(tmpdir(), "tsmpi-alerts-"));
	t.teardown(() => rmSync(folder, { recursive: true }));
	const names = [...readFileSync(ALERTS, "utf8").matchAll(/alert: (\w+)/g)].map(([, name = ""]) => name);
	const results = names.map(async (alertname) => {
		const file = join(folder, `${alertname}.yml`);
		const input_series = Object.entries(series).map(([name, values]) => ({ series: name, values }));
		// That it does not fire is what is claimed, so that a failure means that it does.
		const alert_rule_test = [{ eval_time: "10m", alertname, exp_alerts: [] }];
		const tests = [{ interval: "1m", input_series, alert_rule_test }];
		writeFileSync(file, JSON.stringify({ rule_files: [ALERTS], tests }));
		const { code, text } = await promtool(["test", "rules", file]);
		if (code !== 0 && !text.includes(`alertname: ${alertname}`)) throw new Error(text);
		return code === 0 ? [] : [alertname];
	});
	return (await Promise.all(results)).flat();
}

const RANK_0 = `{${OF_ALL}, engine="0"}`;
const WELL = {
	[`tsmpi:rank_up${RANK_0}`]: "1+0x15",
	[`tsmpi:slots${RANK_0}`]: "4+0x15",
	[`vllm:num_requests_running${RANK_0}`]: "4+0x15",
	[`vllm:num_requests_waiting{${OF_ALL}, engine=""}`]: "9+0x15",
	[`tsmpi:requests_arrived_total{${OF_ALL}}`]: "0+60x15",
	[`tsmpi:requests_refused_total{${OF_ALL}, reason="invalid"}`]: "0+30x15",
	[`tsmpi:requests_refused_total{${OF_ALL}, reason="queue_full"}`]: "0+0x15",
	[`tsmpi:requests_failed_total{${OF_ALL}, reason="internal"}`]: "0+0x15",
	[`tsmpi:gateway_overhead_seconds_bucket{${OF_ALL}, le="0.001"}`]: "0+60x15",
	[`tsmpi:gateway_overhead_seconds_bucket{${OF_ALL}, le="0.05"}`]: "0+60x15",
	[`tsmpi:gateway_overhead_seconds_bucket{${OF_ALL}, le="+Inf"}`]: "0+60x15",
};

run("alerts fire for what they are there for, and not for a busy server or clients' mistakes", async (t) => {
	t.deepEqual(await firing(t, WELL), []);
	const cases: readonly [string, string, string][] = [
		["TsmpiRankDown", `tsmpi:rank_up${RANK_0}`, "0+0x15"],
		["TsmpiWaitingBesideFreeSlots", `vllm:num_requests_running${RANK_0}`, "3+0x15"],
		["TsmpiRefusing", `tsmpi:requests_refused_total{${OF_ALL}, reason="queue_full"}`, "0+6x15"],
		["TsmpiFailing", `tsmpi:requests_failed_total{${OF_ALL}, reason="internal"}`, "0+6x15"],
		["TsmpiGatewaySlow", `tsmpi:gateway_overhead_seconds_bucket{${OF_ALL}, le="0.001"}`, "0+50x15"],
	];
	for (const [alert, name, values] of cases)
		t.deepEqual(await firing(t, { ...WELL, [name]: values }), [alert], alert);
});

async function labelValues(url: string, match: string, label: string): Promise<readonly string[]> {
	const answer = await fetch(
		`${url}/api/v1/label/${label}/values?${new URLSearchParams({ "match[]": match })}`,
	);
	const { data } = (await answer.json()) as { data: readonly string[] };
	return data;
}
