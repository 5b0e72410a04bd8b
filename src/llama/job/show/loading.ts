import { basename } from "node:path";
import { checkArgument, checkOptions, type Kinds, MPI, objectWith, TEXT } from "../../../base/check-types.ts";
import type { Mpi } from "../../../index.ts";
import { durationText } from "./progress.ts";

/** What is being loaded. */
export interface ShowLoadingOptions {
	/** Path or name of the model. @default "the model" */
	readonly model?: string | undefined;
}

const OPTIONS: Kinds<ShowLoadingOptions> = { model: TEXT };
/** What is quicker than this needs no words. */
const PATIENCE_MS = 1000;

/**
 * Says on stderr of rank 0 that models are being loaded, where that takes longer than a second, and then how long it
 * took.
 *
 * @param loading What `startEngines` gave.
 * @returns what it resolves to.
 * @throws what it rejects with.
 */
export async function showLoading<T>(
	{ world }: Pick<Mpi, "world">,
	loading: Promise<T>,
	options: ShowLoadingOptions = {},
): Promise<T> {
	checkArgument("show what is loaded", "mpi", { world }, MPI);
	checkArgument("show what is loaded", "loading", loading, objectWith("a promise", "then"));
	checkOptions("show what is loaded", options, OPTIONS);
	if (world.rank !== 0) return await loading;
	const { model } = options;
	const name = model === undefined ? "the model" : `model ${basename(model)}`;
	const what = `${name} on ${world.size} ${world.size === 1 ? "rank" : "ranks"}`;
	const start = performance.now();
	let said = false;
	const timer = setTimeout(() => {
		said = true;
		process.stderr.write(`loading ${what} ...\n`);
	}, PATIENCE_MS);
	try {
		const value = await loading;
		if (said) process.stderr.write(`loaded ${what} in ${secondsText(performance.now() - start)}\n`);
		return value;
	} finally {
		clearTimeout(timer);
	}
}

function secondsText(ms: number): string {
	return ms < 100_000 ? `${(ms / 1000).toFixed(1)} s` : durationText(ms / 1000);
}
