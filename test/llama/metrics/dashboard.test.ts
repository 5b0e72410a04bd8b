import { execFile } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import test from "ava";
import { busyMetrics } from "./busy-metrics.ts";
import { ALERTS, DASHBOARD, metricsIn, panelsOf, queriesOf, readDashboard } from "./dashboard.ts";
import { readExposition } from "./exposition.ts";

const ROOT = fileURLToPath(new URL("../../../..", import.meta.url));
const TSC = join(ROOT, "node_modules/typescript/bin/tsc");

/** What Grafana's own SDK says a dashboard is: enums as their values, each panel with the options of its kind. */
const TYPES = `
import type * as dashboard from "@grafana/grafana-foundation-sdk/dashboard";
import type * as heatmap from "@grafana/grafana-foundation-sdk/heatmap";
import type * as prometheus from "@grafana/grafana-foundation-sdk/prometheus";
import type * as stat from "@grafana/grafana-foundation-sdk/stat";
import type * as timeseries from "@grafana/grafana-foundation-sdk/timeseries";
type Plain<T> = T extends string ? \`\${T}\`
	: T extends (...args: never[]) => unknown ? never
	: T extends readonly (infer E)[] ? Plain<E>[]
	: T extends object ? { [K in keyof T as K extends "_implementsDataqueryVariant" ? never : K]: Plain<T[K]> }
	: T;
type Target = Plain<prometheus.Dataquery>;
type Field<Custom> = Omit<dashboard.FieldConfigSource, "defaults"> & { defaults: Omit<dashboard.FieldConfig, "custom"> & { custom?: Partial<Custom> } };
type Kind<Name, Options, Custom> = Omit<Plain<dashboard.Panel>, "type" | "targets" | "options" | "fieldConfig">
	& { type: Name; targets: Target[]; options: Plain<Options>; fieldConfig: Plain<Field<Custom>> };
type Panel = Kind<"timeseries", timeseries.Options, timeseries.FieldConfig> | Kind<"stat", stat.Options, never>
	| Kind<"heatmap", heatmap.Options, heatmap.FieldConfig> | Plain<dashboard.RowPanel>;
export const value: Omit<Plain<dashboard.Dashboard>, "panels"> & { panels: Panel[] } = `;

/** What TypeScript says of a dashboard; "" if it is one. */
async function typeErrors(json: string): Promise<string> {
	// Within the project, where the SDK is found.
	const folder = mkdtempSync(join(ROOT, "dist/dashboard-"));
	try {
		writeFileSync(join(folder, "dashboard.ts"), `${TYPES}${json};\n`);
		const options = ["--noEmit", "--strict", "--skipLibCheck", "--module", "nodenext", "--types", ""];
		const args = [TSC, ...options, "--ignoreConfig", join(folder, "dashboard.ts")];
		return await promisify(execFile)(process.execPath, args).then(
			() => "",
			(error: { stdout: string; stderr: string }) => error.stdout + error.stderr,
		);
	} finally {
		rmSync(folder, { recursive: true });
	}
}

test("grafana.json is a dashboard as Grafana's SDK types it", async (t) => {
	const json = readFileSync(DASHBOARD, "utf8");
	t.is(await typeErrors(json), "");
	// What the types would not let through.
	t.regex(await typeErrors(json.replace('"mode": "multi"', '"mode": "all"')), /TS2322/);
	t.regex(await typeErrors(json.replace('"legendFormat"', '"legendFromat"')), /TS2\d+/);
});

test("panels have ids of their own and do not overlap", (t) => {
	const { panels } = readDashboard();
	t.is(new Set(panels.map(({ id }) => id)).size, panels.length);
	const taken = new Set<string>();
	for (const { title, gridPos } of panels) {
		t.true(gridPos.x + gridPos.w <= 24, title);
		for (let x = gridPos.x; x < gridPos.x + gridPos.w; x++)
			for (let y = gridPos.y; y < gridPos.y + gridPos.h; y++) {
				t.false(taken.has(`${x},${y}`), title);
				taken.add(`${x},${y}`);
			}
	}
});

test("each metric that dashboard and alerts name is on the page, and each of ours is used", (t) => {
	const metrics = busyMetrics();
	const { types } = readExposition(metrics.render());
	const used = new Set(
		[...queriesOf(readDashboard()).map(({ query }) => query), readFileSync(ALERTS, "utf8")].flatMap(
			metricsIn,
		),
	);
	t.deepEqual(
		[...used].filter((name) => !types.has(name)),
		[],
	);
	const unseen = new Set(["process_start_time_seconds", "vllm:request_inference_time_seconds"]);
	const unused = [...types.keys()].filter((name) => !used.has(name) && !unseen.has(name));
	t.deepEqual(
		unused.filter((name) => !name.startsWith("llamacpp:")),
		[],
	);
	metrics.close();
});

test("docs/metrics.md has each metric of the page", (t) => {
	const metrics = busyMetrics();
	const { types } = readExposition(metrics.render());
	metrics.close();
	const page = readFileSync(join(ROOT, "docs/metrics.md"), "utf8");
	const rows = [...page.matchAll(/^\| (`(?:vllm|tsmpi|process).*?) \| ([\w, ]+) \|/gm)];
	const documented = rows.flatMap(([, names = "", kinds = ""]) =>
		[...names.matchAll(/`(.*?)`/g)].map(([, name], index) => {
			const all = kinds.split(", ");
			return `${name} ${all[index] ?? all[0]}`;
		}),
	);
	const told = [...types].filter(([name]) => !name.startsWith("llamacpp:"));
	t.deepEqual(documented.sort(), told.map(([name, kind]) => `${name} ${kind}`).sort());
});

test("panels of Grafana itself are all that it needs", (t) => {
	const kinds = new Set(panelsOf(readDashboard()).map(({ type }) => type));
	t.deepEqual([...kinds].sort(), ["heatmap", "stat", "timeseries"]);
	const { list } = readDashboard().templating;
	t.deepEqual(
		list.map(({ name }) => name),
		["datasource", "instance", "model_name", "engine"],
	);
});
