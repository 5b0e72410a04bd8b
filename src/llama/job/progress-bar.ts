import type { Ending } from "../batch/outcome.ts";

/** Shows on rank 0's stderr how far the job is. */
export interface Progress {
	/** To be called for each request that has ended. */
	readonly add: (ending: Ending) => void;
	/** Draws the end. */
	readonly finish: () => void;
}

const INTERVAL_MS = 100;
const BAR_WIDTH = 24;
const SILENT: Progress = { add: () => {}, finish: () => {} };

/** Whether a progress bar can be seen: under tsmpirun a rank's own stderr is always a pipe. */
export function canShowProgress(): boolean {
	return process.env.TSMPI_STDERR_TTY === "1" || process.stderr.isTTY === true;
}

/**
 * Starts a progress bar.
 *
 * @param total How many requests there will be; undefined: nobody knows before the file is read, so there is no bar.
 */
export function startProgress(shown: boolean, total: number | undefined): Progress {
	return shown ? new Bar(total) : SILENT;
}

/**
 * Draws in whole lines, since nothing else gets through tsmpirun: each drawing goes back up over the one before it.
 */
class Bar implements Progress {
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
		if (answer?.kind === "generated") this.#tokens += answer.done.usage.completionTokens;
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
