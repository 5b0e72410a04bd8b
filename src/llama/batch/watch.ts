import type { WorkerEvent } from "../dispatch/messages.ts";
import type { Replica } from "../dispatch/replica.ts";
import type { SubmitOptions } from "../dispatch/submission.ts";
import type { BatchRequest } from "./files/request.ts";
import type { Ending } from "./outcome.ts";

/** Hears on rank 0 what happens to requests and ranks while a batch runs. What it throws ends the batch. */
export interface BatchWatch {
	/** The run begins on ranks that have so many slots each. */
	begun(slots: readonly number[]): void;
	/** A request waits for a rank. @param dueMs When it was due, if it has a time of its own. */
	submitted(request: BatchRequest, dueMs: number | undefined): void;
	/** A rank is given a request; again if it is given to another. */
	assigned(id: number, rank: number): void;
	/** A rank told something. */
	heard(rank: number, event: WorkerEvent): void;
	/** A rank has died, or cannot be used any more. */
	lost(rank: number): void;
	/** A request or a line that is none has ended. */
	ended(ending: Ending): void;
}

/** A replica whose words are heard by a watch first. */
export function watchedReplica(replica: Replica, watch: BatchWatch | undefined): Replica {
	if (watch === undefined) return replica;
	const { rank, slots } = replica;
	return {
		...{ rank, slots },
		listen: (listener) =>
			replica.listen({
				onEvents: (events) => {
					for (const event of events) watch.heard(rank, event);
					listener.onEvents(events);
				},
				onDeath: (reason) => {
					watch.lost(rank);
					listener.onDeath(reason);
				},
				onError: (error) => {
					watch.lost(rank);
					listener.onError(error);
				},
			}),
		order: (orders) => replica.order(orders),
		cancel: (ids) => replica.cancel(ids),
		stop: () => replica.stop(),
	};
}

/** Options of a request of which a watch hears that it waits, and then who has it. */
export function watchedOptions(
	request: BatchRequest,
	options: SubmitOptions,
	watch: BatchWatch | undefined,
): SubmitOptions {
	if (watch === undefined) return options;
	watch.submitted(request, options.dueMs);
	return { ...options, onAssigned: (rank) => watch.assigned(request.id, rank) };
}
