import { BOOLEAN, checkOptions, integerFrom, type Kinds, objectWith } from "../../../base/check-types.ts";
import type { Ending } from "../../batch/outcome.ts";
import { Progress, type ProgressFigures, type ProgressSource, progressText } from "./progress.ts";
import { isOnTerminal } from "./terminal.ts";

/** Shows on stderr how far a job is. */
export interface ProgressBar {
	/** To be called for each request that has ended, as `onEnd` of `runBatch` is. */
	readonly add: (ending: Ending) => void;
	/** Draws the bar for the last time. */
	readonly finish: () => void;
}

/** What to show. */
export interface ProgressBarOptions {
	/** Whether to show anything: one rank should. @default true */
	readonly shown?: boolean | undefined;
	/** How many requests there will be. @default what `batch` tells */
	readonly total?: number | undefined;
	/** The batch that runs, which tells how far its file is read. @default requests are only counted */
	readonly batch?: ProgressSource | undefined;
}

const OPTIONS: Kinds<ProgressBarOptions> = {
	shown: BOOLEAN,
	total: integerFrom(0),
	batch: objectWith("what openBatch() resolves to", "counts"),
};

/** Time between two drawings. */
const ON_TERMINAL_MS = 100;
/** Time between two lines in a file or a pipe, where every one of them stays. */
const IN_FILE_MS = 10_000;
/** A line that a terminal breaks cannot be drawn over. */
const MOST_COLUMNS = 88;
const MOST_BAR = 24;
const LEAST_BAR = 4;
const SILENT: ProgressBar = { add: () => {}, finish: () => {} };

/**
 * Starts to show progress on stderr: a bar on a terminal, else a line every ten seconds, as long as requests end.
 *
 * @throws {ArgumentError} ERR_ARG: an option is unknown, or a value has the wrong type.
 */
export function startProgressBar(options: ProgressBarOptions = {}): ProgressBar {
	checkOptions("start a progress bar", options, OPTIONS);
	const { shown = true, total, batch } = options;
	if (!shown) return SILENT;
	const source: ProgressSource = {
		get total() {
			return total ?? batch?.total;
		},
		get progress() {
			return batch?.progress;
		},
		get counts() {
			return batch?.counts ?? { read: 0, skipped: 0 };
		},
	};
	return new Bar(new Progress(source), {
		drawing: isOnTerminal(),
		now: () => performance.now(),
		write: (text) => process.stderr.write(text),
	});
}

/** Where a bar draws, and by which clock. */
export interface BarOptions {
	/** On a terminal, over itself; else in lines that stay. */
	readonly drawing: boolean;
	readonly now: () => number;
	readonly write: (text: string) => void;
}

/**
 * Draws in whole lines, since nothing else gets through tsmpirun: each drawing goes back up over the one before it.
 */
export class Bar implements ProgressBar {
	readonly #progress: Progress;
	readonly #options: BarOptions;
	readonly #start: number;
	#drawnAt: number;
	#up = "";

	constructor(progress: Progress, options: BarOptions) {
		this.#progress = progress;
		this.#options = options;
		this.#start = options.now();
		this.#drawnAt = this.#start;
		if (options.drawing) this.#draw();
	}

	add(ending: Ending): void {
		this.#progress.add(ending);
		const { drawing, now } = this.#options;
		if (now() - this.#drawnAt >= (drawing ? ON_TERMINAL_MS : IN_FILE_MS)) this.#draw();
	}

	finish(): void {
		if (this.#options.drawing) this.#draw();
	}

	#draw(): void {
		const { now, write, drawing } = this.#options;
		this.#drawnAt = now();
		const { figures } = this.#progress;
		const text = progressText(figures, (this.#drawnAt - this.#start) / 1000);
		write(drawing ? `${this.#up}${barOf(figures, MOST_COLUMNS - text.length)}${text}\n` : `${text}\n`);
		this.#up = "\x1b[1A\r\x1b[2K";
	}
}

/** The bar, as long as there is room for it. */
function barOf({ done, total }: ProgressFigures, columns: number): string {
	const width = Math.min(MOST_BAR, columns - "[] ".length);
	if (total === undefined || width < LEAST_BAR) return "";
	const filled = total === 0 ? width : Math.floor((done / total) * width);
	return `[${"#".repeat(filled)}${".".repeat(width - filled)}] `;
}
