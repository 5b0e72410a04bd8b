import type { Call, CallEnd } from "./call.ts";

/** Hears what happens to calls and ranks: for metrics, traces and the log. */
export interface CallWatch {
	/** A rank was given a call. */
	assigned(call: Call, rank: number): void;
	/** A piece was passed on, so long after the one before it; undefined for the first. */
	piece(rank: number, gapMs: number | undefined): void;
	/** A call's text goes on on another rank. */
	continued(): void;
	/** A call ended. */
	ended(call: Call, end: CallEnd): void;
	/** A rank's engine died; it is started again, unless `rankLost` follows. */
	engineDied(rank: number): void;
	/** What a rank's engine says of itself. */
	figures(rank: number, figures: Readonly<Record<string, number>>): void;
}

/** Tells several of everything. */
export function watchedBy(...all: readonly CallWatch[]): CallWatch {
	return {
		assigned: (call, rank) => {
			for (const each of all) each.assigned(call, rank);
		},
		piece: (rank, gapMs) => {
			for (const each of all) each.piece(rank, gapMs);
		},
		continued: () => {
			for (const each of all) each.continued();
		},
		ended: (call, end) => {
			for (const each of all) each.ended(call, end);
		},
		engineDied: (rank) => {
			for (const each of all) each.engineDied(rank);
		},
		figures: (rank, figures) => {
			for (const each of all) each.figures(rank, figures);
		},
	};
}
