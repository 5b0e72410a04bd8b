import { constants } from "node:os";
import { checkArgument, FUNCTION } from "../../../base/check-types.ts";

/** Lets Ctrl-C end a job's requests instead of its processes, so that what is done can be reported. */
export interface Interrupt {
	/** Aborts with the name of the signal that came, for `runBatch` and `forEachSetting`. */
	readonly signal: AbortSignal;
	/** Runs something during which SIGINT and SIGTERM abort `signal`; before and after it they end the process as usual. */
	readonly during: <T>(work: () => Promise<T>) => Promise<T>;
}

const SIGNALS = ["SIGINT", "SIGTERM"] as const;
/** What keeps an interrupted process alive this long after its last work is not waited for. */
const LINGER_MS = 2000;

/**
 * Makes SIGINT (Ctrl-C) and SIGTERM end the requests of a job early. Every rank needs one: tsmpirun signals them all,
 * and rank 0 needs the others' statistics for its report. A second signal ends the process at once.
 */
export function interruptible(): Interrupt {
	const controller = new AbortController();
	const handle = (signal: NodeJS.Signals) => {
		if (controller.signal.aborted) process.exit(codeOf(signal));
		controller.abort(signal);
	};
	return {
		signal: controller.signal,
		during: async (work) => {
			checkArgument("run something interruptible", "work", work, FUNCTION);
			for (const signal of SIGNALS) process.on(signal, handle);
			try {
				return await work();
			} finally {
				// After a signal the handlers stay: the next one must not end a report that is being written unless it is meant to.
				if (controller.signal.aborted) endSoon(controller.signal.reason);
				else for (const signal of SIGNALS) process.off(signal, handle);
			}
		},
	};
}

/** The process ends by itself when its work is done; but what it waits for, such as its standard input, may never come. */
function endSoon(signal: NodeJS.Signals): void {
	process.exitCode = codeOf(signal);
	setTimeout(() => process.exit(), LINGER_MS).unref();
}

/** As shells have it. */
function codeOf(signal: NodeJS.Signals): number {
	return 128 + constants.signals[signal];
}
