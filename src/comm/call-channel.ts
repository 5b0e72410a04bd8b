import { ProcessFailedError } from "../base/errors.ts";
import type { Channel } from "../collectives/channel.ts";
import type { Call } from "../progress/calls.ts";
import type { Context } from "../progress/context.ts";
import type { Posted } from "../progress/matching.ts";
import { Delivery, type Header } from "../progress/outbox.ts";
import type { Pending } from "../progress/pending.ts";
import type { Progress } from "../progress/progress.ts";
import { decode, encode } from "../wire/payload.ts";

/** The channel of one collective call: its messages meet only those of the same call on other ranks. */
export class CallChannel implements Channel {
	readonly rank: number;
	readonly size: number;
	readonly #progress: Progress;
	readonly #context: Context;
	readonly #call: Call;
	readonly #header: Header;
	readonly #pending: Pending;
	/** World ranks that it waits for, one entry per wait. */
	readonly #waits: number[];

	/** @param pending Reported while the call waits; `waits` are its peers, kept up to date by the channel. */
	constructor(progress: Progress, context: Context, call: Call, waits: number[], pending: Pending) {
		this.rank = context.rankOf(progress.rank);
		this.size = context.members.length;
		this.#progress = progress;
		this.#context = context;
		this.#call = call;
		this.#waits = waits;
		this.#pending = pending;
		this.#header = callHeader(context, call);
	}

	readonly send = (value: unknown, dest: number): Promise<void> => handled(this.#send(value, dest));

	readonly recv = (source: number): Promise<unknown> => handled(this.#recv(source));

	async #send(value: unknown, dest: number): Promise<void> {
		const world = this.#context.members[dest] as number;
		const payload = encode(value);
		const call = this.#call;
		if (call.failure !== undefined) throw call.failure;
		this.#checkPresent(world);
		const outbox = this.#progress.outbox(world);
		if (outbox.sendEager(payload, this.#header)) return;
		await new Promise<void>((resolve, reject) => {
			this.#enter(world);
			let done = false;
			const settle = (error?: Error) => {
				if (done) return;
				done = true;
				this.#leave(world);
				call.watchers.delete(onFailure);
				if (error === undefined) resolve();
				else reject(error);
			};
			const delivery = new Delivery(payload, settle);
			const onFailure = (error: Error) => {
				delivery.detach();
				settle(error);
			};
			call.watchers.add(onFailure);
			outbox.announce(delivery, this.#header);
		});
	}

	async #recv(source: number): Promise<unknown> {
		const world = this.#context.members[source] as number;
		const call = this.#call;
		return new Promise((resolve, reject) => {
			let waiting = false;
			const leave = () => {
				if (waiting) this.#leave(world);
				waiting = false;
				settled = true;
			};
			let settled = false;
			const fail = (error: Error) => {
				leave();
				call.watchers.delete(fail);
				reject(error);
			};
			const posted: Posted = {
				source: world,
				tag: call.step,
				take: (arrival) => {
					// Its payload may still be on the way: the failure of the call ends that wait too.
					if (arrival.body === undefined) call.watchers.add(fail);
					this.#progress.accept(arrival, {
						resolve: (bytes) => {
							leave();
							call.watchers.delete(fail);
							resolve([arrival.kind, bytes]);
						},
						reject: fail,
					});
				},
				reject: fail,
			};
			const matched = call.post(posted);
			if (settled) return;
			if (!matched) {
				const gone = this.#progress.departures.get(world);
				if (gone !== undefined) {
					call.cancel(posted);
					fail(new ProcessFailedError("go on with a collective", world, gone.cause));
					return;
				}
			}
			waiting = true;
			this.#enter(world);
		}).then((received) => decode(...(received as [number, Uint8Array])));
	}

	#checkPresent(world: number): void {
		const gone = this.#progress.departures.known(world);
		if (gone !== undefined) throw new ProcessFailedError("go on with a collective", world, gone.cause);
	}

	#enter(world: number): void {
		this.#waits.push(world);
		if (this.#waits.length === 1) this.#progress.pending.begin(this.#pending);
	}

	#leave(world: number): void {
		this.#waits.splice(this.#waits.indexOf(world), 1);
		if (this.#waits.length === 0) this.#progress.pending.end(this.#pending);
	}
}

/** Where messages of this call belong. */
export function callHeader(context: Context, call: Call): Header {
	return { context: context.id, operation: call.operation, tag: call.step, root: call.root };
}

/**
 * A failure reaches the algorithm through the operation that it awaits; the others that it had started must not end
 * the process as unhandled.
 */
function handled<T>(promise: Promise<T>): Promise<T> {
	promise.catch(() => undefined);
	return promise;
}
