/** Takes back what a clock was asked to do. */
export type Cancel = () => void;

/** Time, for code whose waits decide something: its tests pass a clock that only they move. */
export interface Clock {
	/** Milliseconds since 1970. */
	readonly now: () => number;
	/** Calls back once, after this time, unless it is cancelled before. */
	readonly after: (delayMs: number, callback: () => void) => Cancel;
}

/** The time of this machine. */
export const SYSTEM_CLOCK: Clock = {
	now: Date.now,
	after: (delayMs, callback) => {
		const timer = setTimeout(callback, delayMs);
		return () => clearTimeout(timer);
	},
};
