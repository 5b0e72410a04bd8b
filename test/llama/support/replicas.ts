import type { Order, WorkerEvent } from "../../../src/llama/dispatch/messages.ts";
import type { Replica, ReplicaListener } from "../../../src/llama/dispatch/replica.ts";
import type { Request } from "../../../src/llama/dispatch/request.ts";
import type { RequestEnd } from "../../../src/llama/dispatch/submission.ts";
import type { Completion } from "../../../src/llama/engine/engine.ts";
import type { Answer } from "../../../src/llama/openai/answer.ts";

/** A rank that does what the test says. */
export class FakeReplica implements Replica {
	readonly rank: number;
	readonly slots: number;
	readonly orders: Order[] = [];
	readonly cancels: number[] = [];
	stopped = false;
	#listener: ReplicaListener | undefined;

	constructor(rank: number, slots: number) {
		this.rank = rank;
		this.slots = slots;
	}

	/** Ids that were ordered, in that order. */
	get ids(): readonly number[] {
		return this.orders.map(({ id }) => id);
	}

	listen(listener: ReplicaListener): void {
		this.#listener = listener;
	}

	order(orders: readonly Order[]): void {
		this.orders.push(...orders);
	}

	cancel(ids: readonly number[]): void {
		this.cancels.push(...ids);
	}

	async stop(): Promise<undefined> {
		this.stopped = true;
	}

	tell(...events: WorkerEvent[]): void {
		this.#listener?.onEvents(events);
	}

	answer(...ids: number[]): void {
		this.tell(...ids.map((id) => ({ type: "answer", id, answer: ANSWER }) as const));
	}

	die(): void {
		this.#listener?.onDeath("it was killed");
	}

	fail(error: unknown): void {
		this.#listener?.onError(error);
	}
}

export const COMPLETION: Completion = {
	text: "yes",
	finishReason: "stop",
	usage: { promptTokens: 5, cachedTokens: 2, completionTokens: 3 },
	timings: { queueMs: 1, ttftMs: 2, totalMs: 3 },
};
const { usage, timings } = COMPLETION;

export const ANSWER: Answer = { kind: "generated", choices: [COMPLETION], usage, timings };

/** A request that is too long to be handed out ahead. */
export function requestOf(id: number, priority = 0): Request {
	const task = { kind: "generate", prompts: [`p${id}`], maxTokens: 500, temperature: 0, seed: 1 } as const;
	return { id, task, promptTokens: 100, maxTokens: 500, priority };
}

/** In a few letters: "1:ok" is an answer of rank 1, "-:cancelled" a failure without a rank. */
export function inWords({ rank, failure }: RequestEnd): string {
	return `${rank ?? "-"}:${failure?.code ?? "ok"}`;
}

/** All that is due now has been done. */
export async function settled(): Promise<void> {
	for (let turn = 0; turn < 20; turn++) await Promise.resolve();
}
