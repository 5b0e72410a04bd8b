import type { MetricsSource } from "../metrics/facts.ts";
import type { Gateway } from "./core/gateway.ts";

/** What metrics ask a gateway for when somebody looks. */
export function metricsSource(gateway: Gateway, connections: () => number): MetricsSource {
	return {
		ranks: () =>
			gateway.snapshot().ranks.map(({ rank, state, running, slots }) => ({
				...{ rank, running, waiting: 0, slots: slots.length },
				up: state === "up",
			})),
		queued: () => gateway.snapshot().waiting,
		queuedTokens: () => gateway.snapshot().waitingTokens,
		connections,
	};
}
