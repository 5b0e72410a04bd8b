const SIGNALS = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

const tasks = new Set<() => void>();

/**
 * Has something done when this process ends, also by a signal that ends it.
 *
 * @param task Must do it at once: nothing can be awaited then.
 * @returns Call it when there is nothing to do any more.
 */
export function atEnd(task: () => void): () => void {
	if (tasks.size === 0) {
		process.on("exit", runAll);
		// The first to hear of it: listeners that want to be called once are still there to be counted.
		for (const signal of SIGNALS) process.prependListener(signal, onSignal);
	}
	tasks.add(task);
	return () => {
		if (!tasks.delete(task) || tasks.size > 0) return;
		process.removeListener("exit", runAll);
		for (const signal of SIGNALS) process.removeListener(signal, onSignal);
	};
}

function runAll(): void {
	for (const task of tasks) task();
	tasks.clear();
}

function onSignal(signal: NodeJS.Signals): void {
	// Who else listens decides when the process ends.
	if (process.listenerCount(signal) > 1) return;
	runAll();
	process.removeListener(signal, onSignal);
	process.kill(process.pid, signal);
}
