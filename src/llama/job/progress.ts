import type { Comm } from "../../index.ts";
import type { Result } from "./run-share.ts";

/** What a rank has done so far. */
interface Counts {
	readonly done: number;
	readonly failed: number;
	readonly tokens: number;
	/** Nothing will follow. */
	readonly last: boolean;
}

/** Shows how far all ranks are. */
export interface Progress {
	/** To be called for each result. */
	readonly add: (result: Result) => void;
	/** Collective: to be called when this rank's share is done. */
	readonly finish: () => Promise<void>;
}

const INTERVAL_MS = 100;
const BAR_WIDTH = 24;
const SILENT: Progress = { add: () => {}, finish: async () => {} };

/** Whether a progress bar can be seen: under tsmpirun a rank's own stderr is always a pipe. */
export function canShowProgress(): boolean {
	return process.env.TSMPI_STDERR_TTY === "1" || process.stderr.isTTY === true;
}

/**
 * Starts a progress bar on rank 0's stderr. Collective; `total` is of rank 0, and no bar is shown where that is
 * undefined. The others send their counts, at most ten times a second.
 */
export async function startProgress(world: Comm, total: number | undefined): Promise<Progress> {
	const shown = await world.bcast(total);
	if (shown === undefined) return SILENT;
	const comm = await world.dup();
	const counter = new Counter();
	if (world.rank === 0) return showing(comm, counter, shown);
	const reporter = new Reporter(comm, counter);
	return { add: (result) => reporter.add(result), finish: () => reporter.finish() };
}

class Counter {
	#done = 0;
	#failed = 0;
	#tokens = 0;

	add({ error, completion_tokens }: Result): void {
		this.#done += 1;
		if (error !== null) this.#failed += 1;
		this.#tokens += completion_tokens ?? 0;
	}

	counts(last: boolean): Counts {
		return { done: this.#done, failed: this.#failed, tokens: this.#tokens, last };
	}
}

class Reporter {
	readonly #comm: Comm;
	readonly #counter: Counter;
	#sent: Promise<unknown> = Promise.resolve();
	#sentAt = 0;

	constructor(comm: Comm, counter: Counter) {
		this.#comm = comm;
		this.#counter = counter;
	}

	add(result: Result): void {
		this.#counter.add(result);
		const now = performance.now();
		if (now - this.#sentAt < INTERVAL_MS) return;
		this.#sentAt = now;
		this.#send(false);
	}

	async finish(): Promise<void> {
		this.#send(true);
		await this.#sent;
		this.#comm.free();
	}

	#send(last: boolean): void {
		const counts = this.#counter.counts(last);
		this.#sent = this.#sent.then(() => this.#comm.send(counts, { dest: 0 }));
		// Reported by `finish`.
		this.#sent.catch(() => {});
	}
}

function showing(comm: Comm, counter: Counter, total: number): Progress {
	const bar = new Bar(total);
	const ranks = new Map<number, Counts>();
	const draw = (force = false) => bar.draw([...ranks.values(), counter.counts(false)], force);
	const listen = async (source: number) => {
		let last = false;
		while (!last) {
			const counts = await comm.recv<Counts>({ source });
			ranks.set(source, counts);
			last = counts.last;
			draw();
		}
	};
	const others = Array.from({ length: comm.size - 1 }, (_, index) => listen(index + 1));
	const listening = Promise.all(others);
	listening.catch(() => {});
	draw(true);
	return {
		add: (result) => {
			counter.add(result);
			draw();
		},
		finish: async () => {
			await listening;
			draw(true);
			comm.free();
		},
	};
}

/**
 * Draws in whole lines, since nothing else gets through tsmpirun: each drawing goes back up over the one before it.
 */
class Bar {
	readonly #total: number;
	readonly #start = performance.now();
	#drawnAt = Number.NEGATIVE_INFINITY;
	#up = "";

	constructor(total: number) {
		this.#total = total;
	}

	draw(counts: readonly Counts[], force: boolean): void {
		const now = performance.now();
		if (!force && now - this.#drawnAt < INTERVAL_MS) return;
		this.#drawnAt = now;
		process.stderr.write(`${this.#up}${this.#line(counts, (now - this.#start) / 1000)}\n`);
		this.#up = "\x1b[1A\r\x1b[2K";
	}

	#line(counts: readonly Counts[], seconds: number): string {
		const sum = (pick: (counts: Counts) => number) => counts.reduce((total, each) => total + pick(each), 0);
		const done = sum((each) => each.done);
		const failed = sum((each) => each.failed);
		const filled = this.#total === 0 ? BAR_WIDTH : Math.round((done / this.#total) * BAR_WIDTH);
		const rate = seconds > 0 ? sum((each) => each.tokens) / seconds : 0;
		const left =
			done > 0 && done < this.#total
				? `, ${((seconds / done) * (this.#total - done)).toFixed(0)} s left`
				: "";
		const failures = failed === 0 ? "" : `, ${failed} failed`;
		const bar = "#".repeat(filled) + ".".repeat(BAR_WIDTH - filled);
		return `[${bar}] ${done}/${this.#total} requests, ${rate.toFixed(0)} tokens/s${failures}${left}`;
	}
}
