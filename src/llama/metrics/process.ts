import { performance } from "node:perf_hooks";
import { LoopLag } from "./loop-lag.ts";
import type { Registry } from "./registry.ts";

/** Adds what a process tells of itself, by the names that Prometheus' own libraries use. */
export function addProcess(registry: Registry): LoopLag {
	const cpu = { type: "counter", help: "User and system processor time spent in seconds." } as const;
	registry.sampled("process_cpu_seconds_total", cpu, () => {
		const { user, system } = process.cpuUsage();
		return (user + system) / 1e6;
	});
	registry.gauge("process_resident_memory_bytes", "Resident memory size in bytes.", () =>
		process.memoryUsage.rss(),
	);
	const started = performance.timeOrigin / 1000;
	registry.gauge(
		"process_start_time_seconds",
		"When the process started, in seconds since 1970.",
		() => started,
	);
	const lag = new LoopLag();
	const help = "How late the event loop came to what was due, since it was last asked.";
	registry.sampled("tsmpi:event_loop_lag_seconds", { type: "summary", help }, () => lag.read());
	return lag;
}
