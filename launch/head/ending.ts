import { constants } from "node:os";
import type { EndSignal } from "./signals.ts";
import type { Job } from "./verdict/job.ts";

/** After a signal or --timeout, a reader of our output that does not read holds us up no longer than this. */
export const READER_MS = 5000;
/** The same after a signal that asks for the end at once. */
const AT_ONCE_MS = 1000;

/** What an ending needs from the head around it. */
export interface EndingOptions {
	/** Time between SIGTERM and SIGKILL. */
	readonly graceMs: number;
	/** Says something on stderr, unless --quiet. */
	readonly say: (text: string) => void;
	/** Waits for ranks and readers no longer than this. */
	readonly overIn: (limitMs: number) => void;
}

/**
 * What SIGINT, SIGTERM and SIGHUP to tsmpirun do: end all ranks, or, in a job that asked for time to finish (mpi.grace),
 * leave it to rank 0 for that long.
 */
export class Ending {
	readonly #job: Job;
	readonly #options: EndingOptions;
	/** The first signal. */
	#signal: EndSignal | undefined;
	#timer: NodeJS.Timeout | undefined;

	constructor(job: Job, options: EndingOptions) {
		this.#job = job;
		this.#options = options;
	}

	/** A signal has come. */
	signalled(signal: EndSignal): void {
		if (this.#signal !== undefined) {
			clearTimeout(this.#timer);
			this.#job.end(exitCodeOf(this.#signal), { signal: "SIGKILL" });
			this.#options.overIn(AT_ONCE_MS);
			return;
		}
		this.#signal = signal;
		const timeMs = signal === "SIGHUP" ? undefined : this.#job.tellSignal(signal);
		if (timeMs === undefined) {
			this.#end(
				signal,
				`${signal}: ending all ranks${signal === "SIGINT" ? " (again: at once)" : ""}`,
				signal,
			);
			return;
		}
		this.#options.say(
			`${signal}: waiting up to ${timeMs / 1000} s for rank 0 to finish; again to end at once`,
		);
		const late = `rank 0 has not finished within ${timeMs / 1000} s after ${signal}: ending all ranks`;
		this.#timer = setTimeout(() => this.#end(signal, late), timeMs);
	}

	/** All ranks have ended. */
	ranksEnded(): void {
		if (this.#timer === undefined) return;
		clearTimeout(this.#timer);
		this.#options.overIn(READER_MS);
	}

	/** Ends all ranks because of `asked`, the first by the signal `sent`. */
	#end(asked: EndSignal, text: string, sent?: NodeJS.Signals): void {
		const { graceMs, say, overIn } = this.#options;
		if (!this.#job.ending) say(text);
		this.#job.end(exitCodeOf(asked), sent === undefined ? {} : { signal: sent });
		overIn(graceMs + READER_MS);
	}
}

function exitCodeOf(signal: EndSignal): number {
	return 128 + constants.signals[signal];
}
