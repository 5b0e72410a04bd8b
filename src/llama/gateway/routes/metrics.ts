import type { ServingMetrics } from "../../metrics/serving.ts";
import type { Route } from "../http/server.ts";
import type { RouteContext } from "./context.ts";
import { serving } from "./serving.ts";

/** GET /metrics: Prometheus' text format. */
export function metricsRoute(metrics: () => ServingMetrics | undefined, context: RouteContext): Route {
	return {
		method: "GET",
		path: "/metrics",
		handle: (exchange) => {
			const now = metrics();
			// Without a model its series have no name.
			if (now === undefined) serving(context);
			exchange.reply(200, now?.render() ?? "", {
				"content-type": "text/plain; version=0.0.4; charset=utf-8",
			});
		},
	};
}
