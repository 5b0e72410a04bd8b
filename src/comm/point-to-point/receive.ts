import { ANY_SOURCE, ANY_TAG, PROC_NULL } from "../../base/constants.ts";
import type { Recipient } from "../../progress/flow/intake.ts";
import type { Arrival } from "../../progress/matching/arrival.ts";
import type { Posted } from "../../progress/matching/matching.ts";
import { Wait } from "../../progress/waiting/wait.ts";
import type { WaitingOperation } from "../../progress/waiting/waiting-operations.ts";
import { decode } from "../../wire/payload.ts";
import type { RecvOptions } from "../api/options.ts";
import { checkRecvTag, checkSource } from "../core/arguments.ts";
import { type CommCore, goneError, toWorld } from "../core/core.ts";
import { checkOptions } from "../core/options.ts";

/** How a receive differs from the others. */
export interface ReceiveMode {
	/** The user's call: "recv", "sendrecv". */
	readonly operation: string;
	/** Whether it ends with the match, and leaves the payload where it is. */
	readonly matchOnly?: boolean;
	/** Whether the user can end it. @default whether its options have a signal */
	readonly abortable?: boolean;
}

const RECV: ReceiveMode = { operation: "recv" };

/** A receive in progress: posted until a message matches, then the recipient of its payload. */
export class Receive implements Posted, Recipient {
	/** World rank or ANY_SOURCE. */
	readonly source: number;
	readonly tag: number;
	readonly wait: Wait<this>;
	readonly #core: CommCore;
	readonly #matchOnly: boolean;
	readonly #signal: AbortSignal | undefined;
	#waiting: WaitingOperation | undefined;
	#onAbort: (() => void) | undefined;
	#arrival: Arrival | undefined;
	#bytes: Uint8Array | undefined;

	constructor(core: CommCore, source: number, options: RecvOptions, { matchOnly = false }: ReceiveMode) {
		this.source = source;
		this.tag = options.tag ?? ANY_TAG;
		this.#core = core;
		this.#matchOnly = matchOnly;
		this.#signal = options.signal;
		this.wait = new Wait(() => this.#end());
	}

	/** The message that matched. */
	get arrival(): Arrival {
		return this.#arrival as Arrival;
	}

	/** Its payload. */
	get bytes(): Uint8Array {
		return this.#bytes as Uint8Array;
	}

	/** A message matches. */
	take(arrival: Arrival): void {
		this.#arrival = arrival;
		if (this.#matchOnly) this.wait.resolve(this);
		else this.#core.progress.peers.intake(arrival.source).accept(arrival, this);
	}

	/** The payload is here. */
	resolve(bytes: Uint8Array): void {
		this.#bytes = bytes;
		this.wait.resolve(this);
	}

	/** No message will match, or its payload will not come. */
	reject(error: Error): void {
		this.wait.reject(error);
	}

	/** From here on it is reported, and can be aborted. */
	begin(operation: string, abortable: boolean): void {
		const { context, progress } = this.#core;
		this.#waiting = waitingReceive(context.name, this, { operation, abortable });
		progress.waiting.begin(this.#waiting);
		const signal = this.#signal;
		if (signal === undefined) return;
		// Too late once a message has matched: MPI_Cancel lets such a receive complete.
		this.#onAbort = () => {
			if (context.matching.cancel(this)) this.wait.reject(signal.reason);
		};
		signal.addEventListener("abort", this.#onAbort, { once: true });
	}

	#end(): void {
		if (this.#waiting !== undefined) this.#core.progress.waiting.end(this.#waiting);
		if (this.#onAbort !== undefined) this.#signal?.removeEventListener("abort", this.#onAbort);
	}
}

/** A receive as the deadlock report tells of it. */
export function waitingReceive(
	communicator: string,
	receive: { readonly source: number; readonly tag: number; readonly wait: WaitingOperation["wait"] },
	options: { readonly operation: string; readonly abortable: boolean },
): WaitingOperation {
	const { source, tag, wait } = receive;
	return {
		operation: options.operation,
		communicator,
		peers: source === ANY_SOURCE ? [] : [source],
		tag: tag === ANY_TAG ? undefined : tag,
		abortable: options.abortable,
		wait,
		since: performance.now(),
	};
}

export async function recv(core: CommCore, options: RecvOptions): Promise<unknown> {
	checkOptions("recv", options);
	const received = await receive(core, options, RECV);
	return received === undefined ? undefined : decode(received.arrival.kind, received.bytes);
}

/** Posts a receive and waits for its end; undefined from PROC_NULL. The options object itself is checked already. */
export async function receive(
	core: CommCore,
	options: RecvOptions,
	mode: ReceiveMode,
): Promise<Receive | undefined> {
	const { source = ANY_SOURCE, tag = ANY_TAG, signal } = options;
	const { context } = core;
	context.checkOpen("receive");
	checkSource(source, core.size);
	checkRecvTag(tag);
	signal?.throwIfAborted();
	if (source === PROC_NULL) return undefined;
	const world = toWorld(core, source);
	const posted = new Receive(core, world, options, mode);
	const matched = context.matching.post(posted);
	if (!posted.wait.settled) {
		const gone = matched ? undefined : goneError(core, "receive", world);
		if (gone !== undefined) {
			context.matching.cancel(posted);
			throw gone;
		}
		posted.begin(mode.operation, mode.abortable ?? signal !== undefined);
	}
	return await posted.wait.done();
}
