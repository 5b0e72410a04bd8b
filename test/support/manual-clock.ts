import type { Clock } from "../../src/base/clock.ts";

/** A clock that only the test moves. */
export interface ManualClock extends Clock {
	/** Lets time pass; what becomes due meanwhile is called in order of its time. */
	readonly pass: (ms: number) => void;
}

/** Makes a clock that stands at this time, in milliseconds. */
export function manualClock(startMs = 1_000_000): ManualClock {
	let now = startMs;
	const waiting = new Set<{ readonly atMs: number; readonly callback: () => void }>();
	return {
		now: () => now,
		after: (delayMs, callback) => {
			const entry = { atMs: now + delayMs, callback };
			waiting.add(entry);
			return () => void waiting.delete(entry);
		},
		pass: (ms) => {
			const end = now + ms;
			for (;;) {
				const [next] = [...waiting].filter(({ atMs }) => atMs <= end).sort((a, b) => a.atMs - b.atMs);
				if (next === undefined) break;
				waiting.delete(next);
				now = next.atMs;
				next.callback();
			}
			now = end;
		},
	};
}
