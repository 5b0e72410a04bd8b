import type { RankState } from "../../metrics/facts.ts";

/** A request that has not ended. */
export interface OpenRequest {
	readonly arrivedMs: number;
	/** Estimated. */
	readonly promptTokens: number;
	/** When a rank was last given it. */
	assignedMs?: number;
	/** Who has it; undefined while it waits for any rank. */
	rank?: number | undefined;
}

interface Rank {
	readonly slots: number;
	up: boolean;
	/** Requests that it has. */
	load: number;
}

/** Where the requests of a batch are. */
export class BatchLoad {
	readonly #open = new Map<number, OpenRequest>();
	#ranks: Rank[] = [];
	#queued = 0;
	#queuedTokens = 0;

	/** A run begins: nothing of an earlier one is left. */
	begin(slots: readonly number[]): void {
		this.#ranks = slots.map((each) => ({ slots: each, up: true, load: 0 }));
		this.#open.clear();
		this.#queued = 0;
		this.#queuedTokens = 0;
	}

	get queued(): number {
		return this.#queued;
	}

	get queuedTokens(): number {
		return this.#queuedTokens;
	}

	*ranks(): Generator<RankState> {
		for (const [rank, { slots, up, load }] of this.#ranks.entries()) {
			const running = up ? Math.min(load, slots) : 0;
			yield { rank, running, waiting: load - running, slots, up };
		}
	}

	add(id: number, request: OpenRequest): void {
		this.#open.set(id, request);
		this.#count(request, 1);
	}

	/** @returns Whether a rank had it before. */
	assign(id: number, rank: number, nowMs: number): boolean {
		const request = this.#open.get(id);
		if (request === undefined) return false;
		const again = request.assignedMs !== undefined;
		this.#count(request, -1);
		request.assignedMs = nowMs;
		request.rank = rank;
		this.#count(request, 1);
		return again;
	}

	/** A rank that is down has nothing: all that it had waits for any rank again. */
	setUp(rank: number, up: boolean): void {
		const state = this.#ranks[rank];
		if (state === undefined) return;
		state.up = up;
		if (up) return;
		for (const request of this.#open.values()) {
			if (request.rank !== rank) continue;
			this.#count(request, -1);
			request.rank = undefined;
			this.#count(request, 1);
		}
	}

	/** A request has ended. */
	remove(id: number): OpenRequest | undefined {
		const request = this.#open.get(id);
		if (request === undefined) return undefined;
		this.#open.delete(id);
		this.#count(request, -1);
		return request;
	}

	#count({ rank, promptTokens }: OpenRequest, by: 1 | -1): void {
		if (rank === undefined) {
			this.#queued += by;
			this.#queuedTokens += by * promptTokens;
			return;
		}
		const state = this.#ranks[rank];
		if (state !== undefined) state.load += by;
	}
}
