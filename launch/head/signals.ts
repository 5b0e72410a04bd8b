/** The signals that ask for the end of the job. */
const END_SIGNALS = ["SIGINT", "SIGTERM", "SIGHUP"] as const;
export type EndSignal = (typeof END_SIGNALS)[number];

/** What signals to tsmpirun mean. */
export interface SignalActions {
	/** End the job. */
	readonly end: (signal: EndSignal) => void;
	/** Pass a signal on to the ranks. */
	readonly pass: (signal: NodeJS.Signals) => void;
	/** Print what each rank waits for. */
	readonly show: () => void;
	/** tsmpirun goes on after it was stopped. */
	readonly resumed: () => void;
}

/** Takes over the signals of this process. */
export function handleSignals(actions: SignalActions): void {
	for (const signal of END_SIGNALS) process.on(signal, () => actions.end(signal));
	for (const signal of ["SIGUSR1", "SIGUSR2"] as const) process.on(signal, () => actions.pass(signal));
	process.on("SIGQUIT", () => actions.show());
	process.on("SIGTSTP", () => {
		// Not SIGTSTP itself: ranks have no terminal of their own, and the kernel ignores it for such groups.
		actions.pass("SIGSTOP");
		setImmediate(() => process.kill(process.pid, "SIGSTOP"));
	});
	process.on("SIGCONT", () => {
		actions.pass("SIGCONT");
		actions.resumed();
	});
}
