import { type Comm, MpiError } from "../../index.ts";

/** What to add to a rank's `performance.now()` to get rank 0's, and how far that may be off. */
export interface ClockOffset {
	/** Milliseconds to add. */
	readonly offsetMs: number;
	/** Most milliseconds that this may be off. */
	readonly errorMs: number;
}

/** Measures offsets at the start and at the end of a run. */
export interface RunningClock {
	/** What to add to this rank's `performance.now()` to get rank 0's, as measured at the start. */
	readonly offsetMs: number;
	/** Measures once more, and resolves with the mean. Collective. */
	readonly stop: () => Promise<ClockOffset>;
}

/** Exchanges per measurement. The quickest of them counts, since it waited the least. */
const ROUNDS = 8;

/**
 * Starts to align the ranks' clocks with rank 0's. Collective. A rank asks rank 0 for its time, which lies between
 * question and answer; so the error is at most half of that, and clocks that drift apart during the run add to it.
 */
export async function startClock(world: Comm): Promise<RunningClock> {
	const comm = await world.dup();
	const before = await measure(comm);
	return {
		offsetMs: before.offsetMs,
		stop: async () => {
			const after = await measure(comm);
			comm.free();
			return {
				offsetMs: (before.offsetMs + after.offsetMs) / 2,
				errorMs: Math.max(before.errorMs, after.errorMs) + Math.abs(before.offsetMs - after.offsetMs) / 2,
			};
		},
	};
}

async function measure(comm: Comm): Promise<ClockOffset> {
	if (comm.rank === 0) {
		await Promise.all(Array.from({ length: comm.size - 1 }, (_, index) => answer(comm, index + 1)));
		return { offsetMs: 0, errorMs: 0 };
	}
	let best: ClockOffset = { offsetMs: 0, errorMs: Number.POSITIVE_INFINITY };
	for (let round = 0; round < ROUNDS; round++) {
		const asked = performance.now();
		const time = await comm.sendrecv<number>(0, { dest: 0, source: 0 });
		const got = performance.now();
		const errorMs = (got - asked) / 2;
		if (errorMs < best.errorMs) best = { offsetMs: time - (asked + got) / 2, errorMs };
	}
	return best;
}

async function answer(comm: Comm, rank: number): Promise<void> {
	try {
		for (let round = 0; round < ROUNDS; round++) {
			await comm.recv({ source: rank });
			await comm.send(performance.now(), { dest: rank });
		}
	} catch (error) {
		// With `tsmpirun --on-failure continue` a job goes on without the clock of a rank that has died.
		if (!(error instanceof MpiError) || error.code !== "ERR_PROC_FAILED") throw error;
	}
}
