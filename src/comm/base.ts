import { ANY_SOURCE, PROC_NULL } from "../base/constants.ts";
import { type MpiError, ProcessFailedError, RevokedError } from "../base/errors.ts";
import type { Context } from "../progress/context.ts";
import { Delivery, type Header } from "../progress/outbox.ts";
import type { Pending } from "../progress/pending.ts";
import type { Progress } from "../progress/progress.ts";
import { Wait } from "../progress/wait.ts";
import type { Payload } from "../wire/payload.ts";

/** What every communicator has, and the two ways in which its operations wait. */
export class CommBase {
	/** Own rank in this communicator, 0 to size-1. MPI_Comm_rank. */
	readonly rank: number;
	/** Number of ranks. MPI_Comm_size. */
	readonly size: number;
	/** A name for people, such as "world" or "world.split(1)": it appears in reports. MPI_Comm_get_name. */
	readonly name: string;
	/** @internal */
	protected readonly progress: Progress;
	/** @internal */
	protected readonly context: Context;

	/** @internal */
	constructor(progress: Progress, context: Context) {
		this.progress = progress;
		this.context = context;
		this.rank = context.rankOf(progress.rank);
		this.size = context.members.length;
		this.name = context.name;
	}

	/** @internal Throws where nothing may be done with this communicator any more. */
	protected checkOpen(action: string): void {
		this.checkUsable(action);
		if (this.context.revoked) throw new RevokedError(action, this.name);
	}

	/** @internal As `checkOpen`, for what may be done with a revoked communicator too. */
	protected checkUsable(action: string): void {
		const { closed } = this.context;
		if (closed !== undefined) throw closed(action);
	}

	/** @internal World rank of a rank here; ANY_SOURCE and PROC_NULL stay. */
	protected toWorld(rank: number): number {
		return rank === ANY_SOURCE || rank === PROC_NULL ? rank : (this.context.members[rank] as number);
	}

	/** @internal The error for an operation that a gone rank cannot take part in, if it is gone. */
	protected goneError(action: string, world: number): MpiError | undefined {
		const { departures } = this.progress;
		if (departures.none) return undefined;
		if (world !== ANY_SOURCE) {
			const gone = departures.get(world);
			return gone === undefined ? undefined : new ProcessFailedError(action, world, gone.cause);
		}
		const gone = this.context.members
			.map((member) => departures.get(member))
			.filter((departure) => departure !== undefined);
		const worst =
			gone.find(({ rank, failed }) => failed && !this.context.acknowledged.has(rank)) ??
			(gone.length >= this.size - 1 ? gone[0] : undefined);
		return worst === undefined ? undefined : new ProcessFailedError(action, worst.rank, worst.cause);
	}

	/**
	 * @internal Sends a payload; undefined when that is done already.
	 */
	protected deliver(
		operation: string,
		payload: Payload,
		world: number,
		header: Header,
		options: { readonly synchronous: boolean; readonly signal?: AbortSignal | undefined },
	): Promise<void> | undefined {
		const { signal, synchronous } = options;
		const gone = this.progress.departures.known(world);
		if (gone !== undefined) throw new ProcessFailedError(`${operation} to rank ${world}`, world, gone.cause);
		signal?.throwIfAborted();
		const outbox = this.progress.outbox(world);
		if (!synchronous && outbox.sendEager(payload, header)) return undefined;
		const waiting = this.progress.pending;
		const wait = new Wait<void>(() => {
			waiting.end(pending);
			signal?.removeEventListener("abort", onAbort);
		});
		const pending: Pending = {
			operation,
			communicator: this.name,
			peers: [world],
			tag: header.tag,
			abortable: signal !== undefined,
			detail: "not received yet",
			wait,
			since: performance.now(),
		};
		const delivery = new Delivery(payload, (error) => {
			if (error === undefined) wait.resolve();
			else wait.reject(error);
		});
		const onAbort = () => {
			if (delivery.detach()) wait.reject(signal?.reason);
		};
		waiting.begin(pending);
		signal?.addEventListener("abort", onAbort, { once: true });
		outbox.announce(delivery, header);
		return wait.done();
	}
}
