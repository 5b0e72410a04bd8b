import type { Channel } from "../collectives/channel.ts";
import type { Call } from "../progress/calls.ts";
import type { Pending } from "../progress/pending.ts";
import { Wait } from "../progress/wait.ts";
import { CallChannel, callHeader } from "./call-channel.ts";
import { type CollectiveName, codeOf } from "./operations.ts";
import { PointToPoint } from "./point-to-point.ts";

/** What every collective takes. */
export interface CollectiveOptions {
	/** Gives the call up: it then rejects on every rank. */
	readonly signal?: AbortSignal | undefined;
}

/** How a collective call is run: numbered, watched, and ended on every rank if it cannot go on at one. */
export class Calling extends PointToPoint {
	/**
	 * @internal Runs one collective call.
	 *
	 * @param root The root's rank, -1 for operations without one.
	 * @param body Checks its arguments and runs the algorithm. What it throws rejects the call on every rank.
	 */
	protected async call<T>(
		name: CollectiveName,
		root: number,
		signal: AbortSignal | undefined,
		body: (channel: Channel) => Promise<T>,
	): Promise<T> {
		this.checkOpen(name);
		const { calls } = this.context;
		// A root that is no rank cannot travel; body rejects it.
		const call = calls.begin({
			operation: codeOf(name),
			root: Number.isInteger(root) && root < this.size ? root : -1,
		});
		const wait = new Wait<T>(() => undefined);
		const peers: number[] = [];
		const abortable = signal !== undefined;
		const pending: Pending = {
			operation: name,
			communicator: this.name,
			peers,
			abortable,
			wait,
			since: performance.now(),
		};
		const onAbort = () => this.#fail(call, signal?.reason);
		try {
			signal?.throwIfAborted();
			signal?.addEventListener("abort", onAbort, { once: true });
			const channel = new CallChannel(this.progress, this.context, call, peers, pending);
			// By way of `wait`, which can find the caller: the algorithm's own promises cannot.
			body(channel).then(
				(value) => wait.resolve(value),
				(error) => wait.reject(error),
			);
			return await wait.done();
		} catch (error) {
			this.#fail(call, error);
			throw error;
		} finally {
			signal?.removeEventListener("abort", onAbort);
			this.progress.discard(calls.end(call));
		}
	}

	/** Ends the call here and, unless the others know already, there. */
	#fail(call: Call, error: unknown): void {
		const known = call.failure !== undefined;
		call.fail(error as Error);
		if (!known) this.progress.failCall(this.context, callHeader(this.context, call), error as Error);
	}
}
