import { MpiError } from "../../base/errors.ts";
import type { Signature } from "../../wire/operations.ts";
import type { Arrival } from "../matching/arrival.ts";
import { Call } from "./call.ts";

/** How many finished collectives a communicator remembers, to name what a late message contradicts. */
const HISTORY = 64;

/** A call as error messages name it. */
export type SignatureText = (signature: Signature) => string;

/**
 * The collective calls of one communicator. Calls are numbered in the order in which this rank makes them; MPI asks
 * every rank for the same order (MPI 4.1 §6.14), so equal numbers belong together and calls that overlap never mix.
 */
export class CallSequence {
	readonly #self: number;
	readonly #text: SignatureText;
	readonly #active = new Map<number, Call>();
	/** Messages of calls that this rank has not made yet. */
	readonly #early = new Map<number, Arrival[]>();
	/** Failures of calls that this rank has not made yet. */
	readonly #failed = new Map<number, Error>();
	readonly #history: (Call | undefined)[] = new Array(HISTORY).fill(undefined);
	readonly #idle: (() => void)[] = [];
	#next = 0;

	/** @param self Own world rank, for messages. */
	constructor(self: number, text: SignatureText) {
		this.#self = self;
		this.#text = text;
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
		if (own.opcode === arrival.opcode && own.root === arrival.root) return undefined;
		return new MpiError(
			"ERR_OTHER",
			`Ranks call different collectives at the same step: rank ${this.#self} calls ${this.#text(own)}, ` +
				`rank ${arrival.source} calls ${this.#text(arrival)}`,
		);
	}
}
