import type { EngineInfo, Timings, Usage } from "../engine.ts";
import { Digest, type DigestData } from "./digest.ts";

/** The quantities of which every rank keeps a digest. */
export const QUANTITIES = ["e2e", "ttft", "tpot", "queue"] as const;
export type Quantity = (typeof QUANTITIES)[number];

/** What a rank did, as it travels to rank 0. */
export interface RankStatistics {
	readonly rank: number;
	readonly host: string;
	readonly ok: number;
	readonly failed: number;
	readonly promptTokens: number;
	readonly cachedTokens: number;
	readonly completionTokens: number;
	/** Milliseconds during which at least one request ran. */
	readonly busyMs: number;
	/** How many requests failed for each reason. */
	readonly errors: readonly (readonly [reason: string, count: number])[];
	readonly digests: Readonly<Record<Quantity, DigestData>>;
	readonly engine: EngineInfo;
}

/** Keeps the books of one rank while its requests run. */
export class Recorder {
	readonly #digests: Record<Quantity, Digest> = {
		e2e: new Digest(),
		ttft: new Digest(),
		tpot: new Digest(),
		queue: new Digest(),
	};
	readonly #errors = new Map<string, number>();
	readonly #now: () => number;
	#ok = 0;
	#failed = 0;
	#promptTokens = 0;
	#cachedTokens = 0;
	#completionTokens = 0;
	#running = 0;
	#busySince = 0;
	#busyMs = 0;

	constructor(now: () => number = () => performance.now()) {
		this.#now = now;
	}

	started(): void {
		if (this.#running === 0) this.#busySince = this.#now();
		this.#running += 1;
	}

	succeeded(usage: Usage, timings: Timings): void {
		this.#ended();
		this.#ok += 1;
		this.#promptTokens += usage.promptTokens;
		this.#cachedTokens += usage.cachedTokens;
		this.#completionTokens += usage.completionTokens;
		this.#digests.e2e.push(timings.totalMs);
		this.#digests.ttft.push(timings.ttftMs);
		this.#digests.queue.push(timings.queueMs);
		// One token has no time between tokens.
		if (usage.completionTokens > 1) {
			this.#digests.tpot.push((timings.totalMs - timings.ttftMs) / (usage.completionTokens - 1));
		}
	}

	failed(reason: string): void {
		this.#ended();
		this.#failed += 1;
		this.#errors.set(reason, (this.#errors.get(reason) ?? 0) + 1);
	}

	result(rank: number, host: string, engine: EngineInfo): RankStatistics {
		const digests = Object.fromEntries(QUANTITIES.map((name) => [name, this.#digests[name].toData()]));
		return {
			rank,
			host,
			ok: this.#ok,
			failed: this.#failed,
			promptTokens: this.#promptTokens,
			cachedTokens: this.#cachedTokens,
			completionTokens: this.#completionTokens,
			busyMs: this.#busyMs,
			errors: [...this.#errors],
			digests: digests as Record<Quantity, DigestData>,
			engine,
		};
	}

	#ended(): void {
		this.#running -= 1;
		if (this.#running === 0) this.#busyMs += this.#now() - this.#busySince;
	}
}
