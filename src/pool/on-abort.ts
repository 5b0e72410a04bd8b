/** The longest that a timer can run. */
const LONG_MS = 2 ** 31 - 1;

/**
 * Calls `act` when the signal is aborted, until the function that it returns is called.
 *
 * Meanwhile the program is alive, and its rank not taken for one that only waits for messages: the timer of
 * AbortSignal.timeout alone would not see to it.
 *
 * @throws The signal's reason if it is aborted already.
 */
export function onAbort(signal: AbortSignal | undefined, act: (reason: unknown) => void): () => void {
	if (signal === undefined) return () => undefined;
	signal.throwIfAborted();
	const listener = () => act(signal.reason);
	const alive = setInterval(() => undefined, LONG_MS);
	signal.addEventListener("abort", listener, { once: true });
	return () => {
		clearInterval(alive);
		signal.removeEventListener("abort", listener);
	};
}
