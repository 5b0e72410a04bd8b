import type { Call, CallEnd } from "./call.ts";

/** Hears what happens to calls and ranks: for metrics, traces and the log. */
export interface CallWatch {
	/** A rank was given a call. */
	assigned(call: Call, rank: number): void;
	/** A piece was passed on, so long after the one before it; undefined for the first. */
	piece(call: Call, rank: number, gapMs: number | undefined, tokens: number): void;
	/** A call's text goes on on another rank. */
	continued(): void;
	/** A call ended. */
	ended(call: Call, end: CallEnd): void;
	/** A rank's engine died; it is started again, as long as that helps. */
	engineDied(rank: number): void;
	/** A rank's engine was started again. */
	engineUp(rank: number): void;
	/** A rank that has requests says nothing for too long, or its engine fails: it gets nothing for now; or it does again. */
	suspected(rank: number, suspect: boolean): void;
	/** What a rank's engine says of itself. */
	figures(rank: number, figures: Readonly<Record<string, number>>): void;
}

/** Hears nothing. */
export const SILENT: CallWatch = {
	assigned: () => {},
	piece: () => {},
	continued: () => {},
	ended: () => {},
	engineDied: () => {},
	engineUp: () => {},
	suspected: () => {},
	figures: () => {},
};

/** Tells several of everything. */
export function watchedBy(...all: readonly CallWatch[]): CallWatch {
	return {
		assigned: (call, rank) => {
			for (const each of all) each.assigned(call, rank);
		},
		piece: (call, rank, gapMs, tokens) => {
			for (const each of all) each.piece(call, rank, gapMs, tokens);
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
		engineUp: (rank) => {
			for (const each of all) each.engineUp(rank);
		},
		suspected: (rank, suspect) => {
			for (const each of all) each.suspected(rank, suspect);
		},
		figures: (rank, figures) => {
			for (const each of all) each.figures(rank, figures);
		},
	};
}
