import { BOOLEAN, checkOptions, integerFrom, type Kinds } from "../../base/check-types.ts";
import type { Ending } from "../batch/outcome.ts";

/** A line on stderr that shows how far a job is. */
export interface ProgressBar {
	/** To be called for each request that has ended, as `onEnd` of `runBatch` is. */
	readonly add: (ending: Ending) => void;
	/** Draws the bar for the last time. */
	readonly finish: () => void;
}

/** What to draw. */
export interface ProgressBarOptions {
	/** Whether to draw at all: one rank should. It is drawn on a terminal only. @default true */
	readonly shown?: boolean | undefined;
	/** How many requests there will be; without it they are only counted. @default unknown */
	readonly total?: number | undefined;
}

const OPTIONS: Kinds<ProgressBarOptions> = { shown: BOOLEAN, total: integerFrom(0) };

const INTERVAL_MS = 100;
const BAR_WIDTH = 24;
const SILENT: ProgressBar = { add: () => {}, finish: () => {} };

/**
 * Starts a progress bar on stderr, if that is a terminal.
 *
 * @throws {ArgumentError} ERR_ARG: an option is unknown, or a value has the wrong type.
 */
export function startProgressBar(options: ProgressBarOptions = {}): ProgressBar {
	checkOptions("start a progress bar", options, OPTIONS);
	const { shown = true, total } = options;
	return shown && isOnTerminal() ? new Bar(total) : SILENT;
}

/** Under tsmpirun a rank's own stderr is always a pipe, and the variable says what tsmpirun's is. */
function isOnTerminal(): boolean {
	return process.env.TSMPI_STDERR_TTY === "1" || process.stderr.isTTY === true;
}

/**
 * Draws in whole lines, since nothing else gets through tsmpirun: each drawing goes back up over the one before it.
 */
class Bar implements ProgressBar {
	readonly #total: number | undefined;
	readonly #start = performance.now();
	#drawnAt = Number.NEGATIVE_INFINITY;
	#up = "";
	#done = 0;
	#failed = 0;
	#tokens = 0;

	constructor(total: number | undefined) {
		this.#total = total;
		this.#draw();
	}

	add({ answer, failure }: Ending): void {
		this.#done += 1;
		if (failure !== undefined) this.#failed += 1;
		if (answer?.kind === "generated") this.#tokens += answer.usage.completionTokens;
		if (performance.now() - this.#drawnAt >= INTERVAL_MS) this.#draw();
	}

	finish(): void {
		this.#draw();
	}

	#draw(): void {
		this.#drawnAt = performance.now();
		process.stderr.write(`${this.#up}${this.#line((this.#drawnAt - this.#start) / 1000)}\n`);
		this.#up = "\x1b[1A\r\x1b[2K";
	}

	#line(seconds: number): string {
		const rate = seconds > 0 ? this.#tokens / seconds : 0;
		const failures = this.#failed === 0 ? "" : `, ${this.#failed} failed`;
		const speed = `${rate.toFixed(0)} tokens/s${failures}`;
		const total = this.#total;
		if (total === undefined) return `${this.#done} requests, ${speed}`;
		const filled = total === 0 ? BAR_WIDTH : Math.round((this.#done / total) * BAR_WIDTH);
		const secondsLeft = (seconds / this.#done) * (total - this.#done);
		const left = this.#done > 0 && this.#done < total ? `, ${secondsLeft.toFixed(0)} s left` : "";
		const bar = "#".repeat(filled) + ".".repeat(BAR_WIDTH - filled);
		return `[${bar}] ${this.#done}/${total} requests, ${speed}${left}`;
	}
}
