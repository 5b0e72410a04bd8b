import type { BatchRequest } from "../../batch/files/request.ts";
import type { SubmitOptions } from "../../dispatch/submission.ts";

/** A request of a batch that waits for a slot. */
export interface Waiting {
	readonly request: BatchRequest;
	readonly options: SubmitOptions;
	/** It has made room for a client's once. */
	readonly gaveWay: boolean;
}

/** Requests of a batch: a line's higher priority first, then in the order of the file. */
export class LaneQueue {
	#all: Waiting[] = [];

	get size(): number {
		return this.#all.length;
	}

	add(waiting: Waiting): void {
		let [low, high] = [0, this.#all.length];
		while (low < high) {
			const middle = (low + high) >> 1;
			if (isBefore(this.#all[middle] as Waiting, waiting)) low = middle + 1;
			else high = middle;
		}
		this.#all.splice(low, 0, waiting);
	}

	shift(): Waiting | undefined {
		return this.#all.shift();
	}

	/** Takes one out; undefined if it is not there. */
	remove(id: number): Waiting | undefined {
		const at = this.#all.findIndex(({ request }) => request.id === id);
		return at < 0 ? undefined : this.#all.splice(at, 1)[0];
	}
}

function isBefore({ request: a }: Waiting, { request: b }: Waiting): boolean {
	return a.priority === b.priority ? a.id < b.id : a.priority > b.priority;
}
