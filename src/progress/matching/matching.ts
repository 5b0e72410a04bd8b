import { ANY_SOURCE, ANY_TAG } from "../../base/constants.ts";
import { Fifo } from "../../base/fifo.ts";
import type { Arrival } from "./arrival.ts";

/** A receive that waits for its message. */
export interface Posted {
	/** World rank or ANY_SOURCE. */
	readonly source: number;
	readonly tag: number;
	/** Called once, with the message that matches. */
	readonly take: (arrival: Arrival) => void;
	readonly reject: (error: Error) => void;
}

const matches = (posted: Posted, arrival: Arrival) =>
	(posted.source === ANY_SOURCE || posted.source === arrival.source) &&
	(posted.tag === ANY_TAG || posted.tag === arrival.tag);

/** An unexpected message with its place in the order of arrival. */
interface Unexpected {
	readonly arrival: Arrival;
	readonly order: number;
}

/**
 * Brings the receives and the messages of one communicator together: posted receives against unexpected messages, both
 * in order (MPI 4.1 §3.5). Kept per source, so that a flood from one rank does not slow the match of another's.
 */
export class Matching {
	readonly #unexpected = new Map<number, Fifo<Unexpected>>();
	/** In the order posted, wildcards among them. */
	readonly #posted = new Fifo<Posted>();
	#arrivals = 0;

	/** Matches the receive with a message that is here already, or keeps it. Tells whether it matched. */
	post(posted: Posted): boolean {
		const arrival = this.claim(posted.source, posted.tag);
		if (arrival === undefined) this.#posted.push(posted);
		else posted.take(arrival);
		return arrival !== undefined;
	}

	/** Withdraws a receive that nothing has matched. False when it is matched already. */
	cancel(posted: Posted): boolean {
		return this.#posted.remove(posted);
	}

	/** Gives the message to the first posted receive that matches, or keeps it. */
	deliver(arrival: Arrival): void {
		const posted = this.#posted.find((candidate) => matches(candidate, arrival));
		if (posted !== undefined) {
			this.#posted.remove(posted);
			posted.take(arrival);
			return;
		}
		let queue = this.#unexpected.get(arrival.source);
		if (queue === undefined) {
			queue = new Fifo();
			this.#unexpected.set(arrival.source, queue);
		}
		queue.push({ arrival, order: this.#arrivals++ });
	}

	/** The message that a receive would get, left where it is. */
	peek(source: number, tag: number): Arrival | undefined {
		return this.#find(source, tag)?.found.arrival;
	}

	/** Takes the message that a receive would get out of the queue. */
	claim(source: number, tag: number): Arrival | undefined {
		const hit = this.#find(source, tag);
		if (hit === undefined) return undefined;
		hit.queue.remove(hit.found);
		return hit.found.arrival;
	}

	/** Rejects the receives that `test` picks. */
	reject(test: (posted: Posted) => boolean, error: (posted: Posted) => Error): void {
		for (const posted of [...this.#posted]) {
			if (test(posted) && this.#posted.remove(posted)) posted.reject(error(posted));
		}
	}

	/** A source is gone: forgets its messages whose payloads it has taken along. */
	depart(source: number): void {
		const queue = this.#unexpected.get(source);
		for (const item of [...(queue ?? [])]) if (item.arrival.body === undefined) queue?.remove(item);
	}

	/** Forgets all messages. Returns them: their senders may wait for credit. */
	drain(): Arrival[] {
		const all: Arrival[] = [];
		for (const queue of this.#unexpected.values()) for (const { arrival } of queue) all.push(arrival);
		this.#unexpected.clear();
		return all;
	}

	#find(source: number, tag: number): { queue: Fifo<Unexpected>; found: Unexpected } | undefined {
		const test = ({ arrival }: Unexpected) => tag === ANY_TAG || arrival.tag === tag;
		if (source !== ANY_SOURCE) {
			const queue = this.#unexpected.get(source);
			const found = queue?.find(test);
			return queue !== undefined && found !== undefined ? { queue, found } : undefined;
		}
		let first: { queue: Fifo<Unexpected>; found: Unexpected } | undefined;
		for (const queue of this.#unexpected.values()) {
			const found = queue.find(test);
			if (found !== undefined && (first === undefined || found.order < first.found.order))
				first = { queue, found };
		}
		return first;
	}
}
