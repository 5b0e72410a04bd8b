import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

/** The dashboard, as it stands in the repository. */
export const DASHBOARD = fileURLToPath(new URL("../../../../examples/grafana.json", import.meta.url));
/** The alerts. */
export const ALERTS = fileURLToPath(new URL("../../../../examples/prometheus-alerts.yml", import.meta.url));

interface Panel {
	readonly id: number;
	readonly type: string;
	readonly title: string;
	readonly gridPos: { readonly x: number; readonly y: number; readonly w: number; readonly h: number };
	readonly targets?: readonly { readonly expr: string }[];
	readonly panels?: readonly Panel[];
}

interface Dashboard {
	readonly panels: readonly Panel[];
	readonly templating: {
		readonly list: readonly { readonly name: string; readonly type: string; readonly definition?: string }[];
	};
}

export function readDashboard(): Dashboard {
	return JSON.parse(readFileSync(DASHBOARD, "utf8")) as Dashboard;
}

/** All panels, rows left out. */
export function panelsOf({ panels }: Dashboard): Panel[] {
	return panels.flatMap((panel) => (panel.type === "row" ? (panel.panels ?? []) : [panel]));
}

/** What the dashboard asks Prometheus, and what each query is for. */
export function queriesOf(dashboard: Dashboard): { readonly title: string; readonly query: string }[] {
	return panelsOf(dashboard).flatMap(({ title, targets = [] }) =>
		targets.map(({ expr }) => ({ title, query: expr })),
	);
}

/** Names of metrics in a query, without what Prometheus makes of a histogram. */
export function metricsIn(query: string): string[] {
	const names = query.match(/\b(?:vllm|tsmpi|llamacpp):\w+|\bprocess_\w+/g) ?? [];
	return names.map((name) => name.replace(/_(?:bucket|sum|count)$/, ""));
}

/** A query with the dashboard's variables filled in, as Grafana would for all models and ranks of one server. */
export function filled(query: string, target: string): string {
	const variables = {
		...{ $__rate_interval: "1m", $model_name: ".*", $engine: ".*" },
		$instance: target.replaceAll(".", "\\\\."),
	};
	return Object.entries(variables).reduce((all, [name, value]) => all.replaceAll(name, value), query);
}
