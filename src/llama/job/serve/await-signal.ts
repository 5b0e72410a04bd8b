const SIGNALS = ["SIGINT", "SIGTERM"] as const;

/** Resolves with undefined at the first SIGINT or SIGTERM; the next one ends the process as usual. */
export function awaitSignal(): Promise<undefined> {
	return new Promise((resolve) => {
		const handle = () => {
			for (const signal of SIGNALS) process.off(signal, handle);
			resolve(undefined);
		};
		for (const signal of SIGNALS) process.on(signal, handle);
	});
}
