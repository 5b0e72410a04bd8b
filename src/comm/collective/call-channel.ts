import { ProcessFailedError } from "../../base/errors.ts";
import type { Channel } from "../../collectives/channel.ts";
import type { Call } from "../../progress/calls/call.ts";
import type { Context } from "../../progress/context/context.ts";
import { Delivery } from "../../progress/flow/delivery.ts";
import type { Recipient } from "../../progress/flow/intake.ts";
import type { Arrival } from "../../progress/matching/arrival.ts";
import type { Posted } from "../../progress/matching/matching.ts";
import type { Progress } from "../../progress/progress.ts";
import type { WaitingOperation } from "../../progress/waiting/waiting-operations.ts";
import type { Header } from "../../wire/envelope.ts";
import { decode, encode, type Payload } from "../../wire/payload.ts";
import type { CommCore } from "../core/core.ts";

/** How the call is reported while it waits. */
interface Report {
	/** World ranks that it waits for, one entry per wait: kept up to date by the channel. */
	readonly peers: number[];
	/** The report, which holds `peers`. */
	readonly waiting: WaitingOperation;
}

/** The channel of one collective call: its messages meet only those of the same call on other ranks. */
export class CallChannel implements Channel {
	readonly rank: number;
	readonly size: number;
	readonly #progress: Progress;
	readonly #context: Context;
	readonly #call: Call;
	readonly #header: Header;
	readonly #report: Report;

	constructor(core: CommCore, call: Call, report: Report) {
		this.rank = core.rank;
		this.size = core.size;
		this.#progress = core.progress;
		this.#context = core.context;
		this.#call = call;
		this.#report = report;
		this.#header = callHeader(core.context, call);
	}

	readonly send = (value: unknown, dest: number): Promise<void> => handled(this.#send(value, dest));

	readonly recv = (source: number): Promise<unknown> => handled(this.#recv(source));

	async #send(value: unknown, dest: number): Promise<void> {
		const world = this.#context.members[dest] as number;
		const payload = encode(value);
		if (this.#call.failure !== undefined) throw this.#call.failure;
		const gone = this.#progress.departures.known(world);
		if (gone !== undefined) throw new ProcessFailedError("go on with a collective", world, gone.cause);
		if (this.#progress.peers.outbox(world).sendEager(payload, this.#header)) return;
		await this.#announce(payload, world);
	}

	/** Resolves once the receiver has matched the payload; the failure of the call ends the wait. */
	#announce(payload: Payload, world: number): Promise<void> {
		const { watchers } = this.#call;
		return new Promise<void>((resolve, reject) => {
			this.#enter(world);
			let settled = false;
			const settle = (error?: Error) => {
				if (settled) return;
				settled = true;
				this.#leave(world);
				watchers.delete(onFailure);
				if (error === undefined) resolve();
				else reject(error);
			};
			const delivery = new Delivery(payload, settle);
			const onFailure = (error: Error) => {
				delivery.detach();
				settle(error);
			};
			watchers.add(onFailure);
			this.#progress.peers.outbox(world).announce(delivery, this.#header);
		});
	}

	async #recv(source: number): Promise<unknown> {
		const world = this.#context.members[source] as number;
		const { kind, bytes } = await this.#receive(world);
		return decode(kind, bytes);
	}

	#receive(world: number): Promise<{ readonly kind: number; readonly bytes: Uint8Array }> {
		const call = this.#call;
		return new Promise((resolve, reject) => {
			let waiting = false;
			let settled = false;
			const end = () => {
				settled = true;
				if (waiting) this.#leave(world);
				waiting = false;
				call.watchers.delete(fail);
			};
			const fail = (error: Error) => {
				end();
				reject(error);
			};
			const take = (arrival: Arrival) => {
				// Its payload may still be on the way: the failure of the call ends that wait too.
				if (arrival.body === undefined) call.watchers.add(fail);
				const recipient: Recipient = {
					resolve: (bytes) => {
						end();
						resolve({ kind: arrival.kind, bytes });
					},
					reject: fail,
				};
				this.#progress.peers.intake(arrival.source).accept(arrival, recipient);
			};
			const posted: Posted = { source: world, tag: call.step, take, reject: fail };
			const matched = call.post(posted);
			if (settled) return;
			const gone = matched ? undefined : this.#progress.departures.get(world);
			if (gone !== undefined) {
				call.cancel(posted);
				fail(new ProcessFailedError("go on with a collective", world, gone.cause));
				return;
			}
			waiting = true;
			this.#enter(world);
		});
	}

	#enter(world: number): void {
		const { peers, waiting } = this.#report;
		peers.push(world);
		if (peers.length === 1) this.#progress.waiting.begin(waiting);
	}

	#leave(world: number): void {
		const { peers, waiting } = this.#report;
		peers.splice(peers.indexOf(world), 1);
		if (peers.length === 0) this.#progress.waiting.end(waiting);
	}
}

/** Where messages of this call belong. */
export function callHeader(context: Context, { opcode, root, step }: Call): Header {
	return { context: context.id, opcode, tag: step, root };
}

/**
 * A failure reaches the algorithm through the operation that it awaits; the others that it had started must not end
 * the process as unhandled.
 */
function handled<T>(promise: Promise<T>): Promise<T> {
	promise.catch(() => undefined);
	return promise;
}
