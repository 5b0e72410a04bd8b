import { ProcessFailedError } from "../base/errors.ts";
import type { Channel } from "../collectives/channel.ts";
import type { Call } from "../progress/calls.ts";
import type { Pending } from "../progress/pending.ts";
import { Wait } from "../progress/wait.ts";
import { checkOptions } from "./arguments.ts";
import { CallChannel, callHeader } from "./call-channel.ts";
import { type CollectiveName, codeOf } from "./operations.ts";
import { PointToPoint } from "./point-to-point.ts";

/** What every collective takes. */
export interface CollectiveOptions {
	/** Gives the call up: it then rejects on every rank where it has not resolved yet. */
	readonly signal?: AbortSignal | undefined;
}

/** Options that a call of this name could have, for its error message. */
const EXAMPLES: Partial<Record<CollectiveName, string>> = {
	reduce: "{ op: SUM }",
	allreduce: "{ op: SUM }",
	reduceScatter: "{ op: SUM }",
	scan: "{ op: SUM }",
	exscan: "{ op: SUM }",
	scatterv: "{ counts: [2, 1] }",
	alltoallv: "{ sendCounts: [2, 1] }",
	split: "{ color: 1 }",
	cart: "{ dims: [2, 2] }",
};

/** How a collective call is run: numbered, watched, and ended on every rank if it cannot go on at one. */
export class Calling extends PointToPoint {
	/**
	 * @internal Runs one collective call.
	 *
	 * @param root The root's rank, -1 for operations without one.
	 * @param options As the caller passed them.
	 * @param body Checks its arguments and runs the algorithm. What it throws rejects the call on every rank.
	 */
	protected async call<T>(
		name: CollectiveName,
		root: number,
		options: CollectiveOptions | undefined,
		body: (channel: Channel) => Promise<T>,
	): Promise<T> {
		this.checkOpen(name);
		const { calls } = this.context;
		// A root that is no rank cannot travel; body rejects it.
		const call = calls.begin({
			operation: codeOf(name),
			root: Number.isInteger(root) && root >= 0 && root < this.size ? root : -1,
		});
		const wait = new Wait<T>(() => undefined);
		const peers: number[] = [];
		const pending: Pending = {
			operation: name,
			communicator: this.name,
			peers,
			abortable: options?.signal !== undefined,
			...(root < 0 ? {} : { detail: `root ${root}` }),
			wait,
			since: performance.now(),
		};
		let signal: AbortSignal | undefined;
		const onAbort = () => this.#fail(call, signal?.reason);
		try {
			checkOptions(name, options, EXAMPLES[name] ?? "{ root: 1 }");
			signal = options?.signal;
			signal?.throwIfAborted();
			signal?.addEventListener("abort", onAbort, { once: true });
			this.#checkAlive(name);
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

	/** A collective needs every member: it is not begun without one that has failed. */
	#checkAlive(name: CollectiveName): void {
		const { departures } = this.progress;
		if (departures.none) return;
		for (const rank of this.context.members) {
			const failure = departures.failure(rank);
			if (failure !== undefined) throw new ProcessFailedError(`go on with ${name}`, rank, failure.cause);
		}
	}

	/** Ends the call here and, unless the others know already, there. */
	#fail(call: Call, error: unknown): void {
		call.fail(error as Error);
		if (call.told) return;
		call.told = true;
		this.progress.failCall(this.context, callHeader(this.context, call), error as Error);
	}
}
