import type { MetricsSource, RankState } from "./facts.ts";
import type { Registry } from "./registry.ts";
import type { Sample } from "./sampled.ts";
import type { Labels } from "./text.ts";

/** Adds the gauges of ranks and queue. */
export function addStates(registry: Registry, source: MetricsSource, labels: Labels): void {
	const ofRanks = (read: (state: RankState) => number) => (): Sample[] =>
		Array.from(source.ranks(), (state) => ({
			labels: { ...labels, engine: String(state.rank) },
			value: read(state),
		}));
	const waiting = ofRanks((state) => state.waiting);
	// What no rank has yet has no engine: for Prometheus an empty label is the same as none.
	const queued = (): Sample => ({ labels: { ...labels, engine: "" }, value: source.queued() });
	registry.gauge(
		"vllm:num_requests_running",
		"Requests that run on a rank.",
		ofRanks((state) => state.running),
	);
	registry.gauge("vllm:num_requests_waiting", "Requests that wait, with no engine: for any rank.", () => [
		queued(),
		...waiting(),
	]);
	registry.gauge(
		"tsmpi:slots",
		"Requests that a rank can run at the same time.",
		ofRanks((state) => state.slots),
	);
	registry.gauge(
		"tsmpi:rank_up",
		"Whether a rank takes requests.",
		ofRanks((state) => Number(state.up)),
	);
	registry.gauge("tsmpi:queue_tokens", "Prompt tokens of the requests that no rank has yet.", () => [
		{ labels, value: source.queuedTokens() },
	]);
	registry.gauge("tsmpi:open_connections", "Connections of clients.", () => [
		{ labels, value: source.connections() },
	]);
}
