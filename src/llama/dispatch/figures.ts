import type { Engine } from "../engine/engine.ts";
import type { WorkerEvent } from "./messages.ts";

/** How often an engine is asked what it says of itself. */
const FIGURES_MS = 5000;

/**
 * Asks an engine again and again what it says of itself, and tells it: whoever wants to know later need not wait for the
 * engine.
 *
 * @returns Ends it: nothing is told after that.
 */
export function tellFigures(
	engine: Pick<Engine, "figures">,
	tell: (event: WorkerEvent) => void,
	everyMs = FIGURES_MS,
): () => void {
	if (engine.figures === undefined) return () => {};
	let stopped = false;
	let asking = false;
	const ask = async () => {
		// One that takes long is not asked twice at the same time.
		if (asking) return;
		asking = true;
		try {
			const figures = (await engine.figures?.()) ?? {};
			if (!stopped && Object.keys(figures).length > 0) tell({ type: "figures", figures });
		} catch {
			// An engine that is dead or busy has none this time: its requests tell of a death.
		} finally {
			asking = false;
		}
	};
	void ask();
	const timer = setInterval(() => void ask(), everyMs);
	timer.unref();
	return () => {
		stopped = true;
		clearInterval(timer);
	};
}
