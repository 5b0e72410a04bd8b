import type { Ending } from "../../batch/outcome.ts";

/** How far a file has been read. */
export interface BytesRead {
	/** Bytes that were read. */
	readonly bytesRead: number;
	/** Bytes that there are. */
	readonly bytes: number;
}

/** What is known of a batch while it runs. */
export interface ProgressSource {
	/** How many requests there will be, if that is known. */
	readonly total?: number | undefined;
	/** How far its file has been read, if it is one. */
	readonly progress?: BytesRead | undefined;
	/** Requests that were read, and those of them that had an answer before. */
	readonly counts?: { readonly read: number; readonly skipped: number };
}

/** How far a job is, in numbers. */
export interface ProgressFigures {
	/** Requests that have ended. */
	readonly done: number;
	/** Of these, those that failed. */
	readonly failed: number;
	/** Tokens of the answers. */
	readonly tokens: number;
	/** Requests that are to end in this run, as far as that is known or can be guessed. */
	readonly total: number | undefined;
	/** It is known, not guessed. */
	readonly exact: boolean;
}

/** Counts how far a job is. */
export class Progress {
	readonly #source: ProgressSource;
	#done = 0;
	#failed = 0;
	#tokens = 0;

	constructor(source: ProgressSource) {
		this.#source = source;
	}

	add({ answer, failure }: Ending): void {
		this.#done += 1;
		if (failure !== undefined) this.#failed += 1;
		if (answer?.kind === "generated") this.#tokens += answer.usage.completionTokens;
	}

	get figures(): ProgressFigures {
		const exact = this.#source.total !== undefined;
		return { done: this.#done, failed: this.#failed, tokens: this.#tokens, total: this.#total, exact };
	}

	/** Files are read ahead of what runs: what has been read tells how many requests the rest of the bytes holds. */
	get #total(): number | undefined {
		const { total, progress, counts } = this.#source;
		if (total !== undefined) return total;
		if (progress === undefined || counts === undefined || progress.bytesRead === 0) return undefined;
		const share = Math.min(1, progress.bytesRead / progress.bytes);
		return Math.max(this.#done, Math.round(counts.read / share) - counts.skipped);
	}
}

/** A line about it: "42 %, 834 requests, 394 tokens/s, 3 failed, 2 min left". */
export function progressText(figures: ProgressFigures, seconds: number): string {
	const { done, failed, tokens, total, exact } = figures;
	const rate = seconds > 0 ? tokens / seconds : 0;
	return [
		...(total === undefined ? [] : [`${total === 0 ? 100 : Math.floor((100 * done) / total)} %`]),
		`${done}${exact ? `/${total}` : ""} requests`,
		`${rate.toFixed(0)} tokens/s`,
		...(failed === 0 ? [] : [`${failed} failed`]),
		...(total === undefined || done === 0 || done >= total
			? []
			: [`${durationText((seconds / done) * (total - done))} left`]),
	].join(", ");
}

/** Seconds as people say them: "40 s", "3 min", "2 h 5 min". */
export function durationText(seconds: number): string {
	if (seconds < 100) return `${Math.ceil(seconds)} s`;
	const minutes = Math.round(seconds / 60);
	if (minutes < 100) return `${minutes} min`;
	return `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}
