import { ProcessFailedError } from "../../base/errors.ts";
import type { Channel } from "../../collectives/channel.ts";
import type { Call } from "../../progress/calls/call.ts";
import { Wait } from "../../progress/waiting/wait.ts";
import type { WaitingOperation } from "../../progress/waiting/waiting-operations.ts";
import { type CollectiveName, NO_ROOT, opcodeOf } from "../../wire/operations.ts";
import type { CollectiveOptions } from "../api/options.ts";
import type { CommCore } from "../core/core.ts";
import { checkOptions } from "../core/options.ts";
import { CallChannel, callHeader } from "./call-channel.ts";

/** What the user has called. */
export interface CallOptions {
	readonly name: CollectiveName;
	/** The root's rank, for operations that have one; it may be anything still. */
	readonly root?: number;
	/** As the caller passed them. */
	readonly options: CollectiveOptions | undefined;
}

/**
 * Runs one collective call: numbered, watched, and ended on every rank if it cannot go on at one.
 *
 * @param body Checks its arguments and runs the algorithm. What it throws rejects the call on every rank.
 */
export async function call<T>(
	core: CommCore,
	{ name, root = NO_ROOT, options }: CallOptions,
	body: (channel: Channel) => Promise<T>,
): Promise<T> {
	const { progress, context } = core;
	context.checkOpen(name);
	const { calls } = context;
	// A root that is no rank cannot travel; body rejects it.
	const isRank = Number.isInteger(root) && root >= 0 && root < core.size;
	const begun = calls.begin({ opcode: opcodeOf(name), root: isRank ? root : NO_ROOT });
	const wait = new Wait<T>(() => undefined);
	const peers: number[] = [];
	const waiting: WaitingOperation = {
		operation: name,
		communicator: context.name,
		peers,
		abortable: options?.signal !== undefined,
		...(root < 0 ? {} : { detail: `root ${root}` }),
		wait,
		since: performance.now(),
	};
	let signal: AbortSignal | undefined;
	const onAbort = () => fail(core, begun, signal?.reason);
	try {
		checkOptions(name, options);
		signal = options?.signal;
		signal?.throwIfAborted();
		signal?.addEventListener("abort", onAbort, { once: true });
		checkAlive(core, name);
		const channel = new CallChannel(core, begun, { peers, waiting });
		// The algorithm's own promises cannot tell who awaits the call, as the deadlock report wants to know; `wait` can.
		body(channel).then(
			(value) => wait.resolve(value),
			(error) => wait.reject(error),
		);
		return await wait.done();
	} catch (error) {
		fail(core, begun, error);
		throw error;
	} finally {
		signal?.removeEventListener("abort", onAbort);
		progress.peers.discard(calls.end(begun));
	}
}

/** A collective needs every member: it is not begun without one that has failed. */
function checkAlive({ progress, context }: CommCore, name: CollectiveName): void {
	const { departures } = progress;
	if (departures.none) return;
	for (const rank of context.members) {
		const failure = departures.failure(rank);
		if (failure !== undefined) throw new ProcessFailedError(`go on with ${name}`, rank, failure.cause);
	}
}

/** Ends the call here and, unless the others know already, there. */
function fail({ progress, context }: CommCore, begun: Call, error: unknown): void {
	begun.fail(error as Error);
	if (begun.told) return;
	begun.told = true;
	progress.failCall(callHeader(context, begun), error, context.members);
}
