import { constants } from "node:os";
import { checkArgument, FUNCTION } from "../../../base/check-types.ts";

/** Lets Ctrl-C end a job's requests instead of its processes, so that what is done can be reported. */
export interface Interrupt {
	/** Aborts with the name of the signal that came, for `runBatch` and `forEachSetting`. */
	readonly signal: AbortSignal;
	/** Runs something during which SIGINT and SIGTERM abort `signal`; before and after it they end the process as usual. */
	readonly during: <T>(work: () => Promise<T>) => Promise<T>;
	/** To be called when all is reported: ends an interrupted process, whatever it still waits for. */
	readonly finish: () => Promise<void>;
}

const SIGNALS = ["SIGINT", "SIGTERM"] as const;
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
	const { signal: aborted } = controller;
	return {
		signal: aborted,
		during: async (work) => {
			checkArgument("run something interruptible", "work", work, FUNCTION);
			for (const signal of SIGNALS) process.on(signal, handle);
			try {
				return await work();
			} finally {
				// After a signal the handlers stay: a report that is being written ends only if it is asked for twice.
				if (aborted.aborted) process.exitCode = codeOf(aborted.reason);
				else for (const signal of SIGNALS) process.off(signal, handle);
			}
		},
		finish: async () => {
			if (!aborted.aborted) return;
			// What has been printed must be out.
			await new Promise((resolve) => process.stdout.write("", resolve));
			process.exit();
		},
	};
}

/** As shells have it. */
function codeOf(signal: NodeJS.Signals): number {
	return 128 + constants.signals[signal];
}
