import { MpiError } from "../base/errors.ts";
import type { Arrival } from "./arrival.ts";
import { Matching, type Posted } from "./matching.ts";

/** How many finished collectives a communicator remembers, to name what a late message contradicts. */
const HISTORY = 64;

/** What a collective call must agree on with every other rank's call at the same step. */
export interface Signature {
	/** Code of the operation: see operations in comm/operations.ts. */
	readonly operation: number;
	/** -1 for operations without a root. */
	readonly root: number;
}

/** One collective call of this rank, from its first step to its last message. */
export class Call implements Signature {
	readonly step: number;
	readonly operation: number;
	readonly root: number;
	/** Whether the other ranks know that the call fails. */
	told = false;
	/** Told when the call fails. */
	readonly watchers = new Set<(error: Error) => void>();
	readonly #matching = new Matching();
	#failure: Error | undefined;

	constructor(step: number, signature: Signature) {
		this.step = step;
		this.operation = signature.operation;
		this.root = signature.root;
	}

	get failure(): Error | undefined {
		return this.#failure;
	}

	/** Waits for the next message of `posted.source` in this call. Tells whether it is settled already. */
	post(posted: Posted): boolean {
		if (this.#failure === undefined) return this.#matching.post(posted);
		posted.reject(this.#failure);
		return true;
	}

	deliver(arrival: Arrival): void {
		this.#matching.deliver(arrival);
	}

	/** Rejects everything that waits, and will wait, in this call. The first reason stays. */
	fail(error: Error): void {
		this.#failure ??= error;
		const reason = this.#failure;
		this.#matching.reject(
			() => true,
			() => reason,
		);
		for (const tell of [...this.watchers]) tell(reason);
	}

	/** Another rank says, to all, that the call failed there. */
	hear(error: Error): void {
		this.told = true;
		this.fail(error);
	}

	/** A rank has ended in order: rejects what waits for it. */
	depart(rank: number, error: () => Error): void {
		this.#matching.reject((posted) => posted.source === rank, error);
	}

	/** Withdraws a receive. False when it is matched already. */
	cancel(posted: Posted): boolean {
		return this.#matching.cancel(posted);
	}

	/** Messages that nobody took. */
	drain(): Arrival[] {
		return this.#matching.drain();
	}
}

/** Names a signature for people. Given by the layer above, which knows the operations. */
export type Describe = (signature: Signature) => string;

/**
 * The collective calls of one communicator. Calls are numbered in the order in which this rank makes them; MPI asks
 * every rank for the same order (MPI 4.1 §6.14), so equal numbers belong together and calls that overlap never mix.
 */
export class Calls {
	readonly #self: number;
	readonly #describe: Describe;
	readonly #active = new Map<number, Call>();
	/** Messages of calls that this rank has not made yet. */
	readonly #early = new Map<number, Arrival[]>();
	/** Failures of calls that this rank has not made yet. */
	readonly #failed = new Map<number, Error>();
	readonly #history: (Call | undefined)[] = new Array(HISTORY).fill(undefined);
	readonly #idle: (() => void)[] = [];
	#next = 0;

	/** @param self Own world rank, for messages. */
	constructor(self: number, describe: Describe) {
		this.#self = self;
		this.#describe = describe;
	}

	get active(): Iterable<Call> {
		return this.#active.values();
	}

	begin(signature: Signature): Call {
		const call = new Call(this.#next++, signature);
		this.#active.set(call.step, call);
		const failure = this.#failed.get(call.step);
		this.#failed.delete(call.step);
		if (failure !== undefined) call.hear(failure);
		const early = this.#early.get(call.step) ?? [];
		this.#early.delete(call.step);
		for (const arrival of early) {
			const mismatch = this.#mismatch(call, arrival);
			if (mismatch !== undefined) call.fail(mismatch);
			call.deliver(arrival);
		}
		return call;
	}

	/** Closes the call; returns messages that nobody took. */
	end(call: Call): Arrival[] {
		this.#active.delete(call.step);
		if (this.#active.size === 0) for (const resolve of this.#idle.splice(0)) resolve();
		this.#history[call.step % HISTORY] = call;
		return call.drain();
	}

	/**
	 * Brings a message to its call.
	 *
	 * @returns "kept"; or "stale" when its call has ended, so that nobody will take it; or the error when this rank has
	 *   resolved another call at that step.
	 */
	deliver(arrival: Arrival): "kept" | "stale" | Error {
		const call = this.#active.get(arrival.tag);
		if (call !== undefined) {
			// Before it is delivered: it could be all that the call still waits for.
			const mismatch = this.#mismatch(call, arrival);
			if (mismatch !== undefined) call.fail(mismatch);
			call.deliver(arrival);
			return "kept";
		}
		if (arrival.tag >= this.#next) {
			const early = this.#early.get(arrival.tag);
			if (early === undefined) this.#early.set(arrival.tag, [arrival]);
			else early.push(arrival);
			return "kept";
		}
		const past = this.#past(arrival.tag);
		return (past === undefined ? undefined : this.#mismatch(past, arrival)) ?? "stale";
	}

	/** Another rank says that the call at `step` cannot go on. */
	fail(step: number, error: Error): void {
		const call = this.#active.get(step);
		if (call !== undefined) call.hear(error);
		else if (step >= this.#next && !this.#failed.has(step)) this.#failed.set(step, error);
	}

	/** Resolves once no call is under way. */
	async ended(): Promise<void> {
		while (this.#active.size > 0) await new Promise<void>((resolve) => this.#idle.push(resolve));
	}

	/** Everything that has not been taken. */
	drain(): Arrival[] {
		const all = [...this.#early.values()].flat();
		this.#early.clear();
		for (const call of this.#active.values()) all.push(...call.drain());
		return all;
	}

	/** The call at a step that has ended well: of one that failed, everybody knows. */
	#past(step: number): Call | undefined {
		const call = this.#history[step % HISTORY];
		return call?.step === step && call.failure === undefined ? call : undefined;
	}

	#mismatch(own: Signature, arrival: Arrival): Error | undefined {
		if (own.operation === arrival.operation && own.root === arrival.root) return undefined;
		return new MpiError(
			"ERR_OTHER",
			`Ranks call different collectives at the same step: rank ${this.#self} calls ${this.#describe(own)}, ` +
				`rank ${arrival.source} calls ${this.#describe(arrival)}`,
		);
	}
}
