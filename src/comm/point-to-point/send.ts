import { PROC_NULL } from "../../base/constants.ts";
import { ProcessFailedError } from "../../base/errors.ts";
import { Delivery } from "../../progress/flow/delivery.ts";
import { Wait } from "../../progress/waiting/wait.ts";
import type { WaitingOperation } from "../../progress/waiting/waiting-operations.ts";
import { type Header, pointToPoint } from "../../wire/envelope.ts";
import { encode, type Payload } from "../../wire/payload.ts";
import type { SendOptions } from "../api/options.ts";
import { checkDest, checkSendTag } from "../core/arguments.ts";
import { type CommCore, toWorld } from "../core/core.ts";
import { checkOptions } from "../core/options.ts";

/** A message that waits for its receiver, and who waits for it. */
interface Announcement {
	/** The user's call: "send", "ssend" or "sendrecv". */
	readonly operation: string;
	readonly payload: Payload;
	/** World rank of the receiver. */
	readonly world: number;
	readonly header: Header;
	readonly signal: AbortSignal | undefined;
}

export async function send(core: CommCore, value: unknown, options: SendOptions): Promise<void> {
	checkOptions("send", options);
	const announced = sendOrAnnounce(core, "send", value, options);
	if (announced !== undefined) await announced;
}

export async function ssend(core: CommCore, value: unknown, options: SendOptions): Promise<void> {
	checkOptions("ssend", options);
	const announcement = prepare(core, "ssend", value, options);
	if (announcement !== undefined) await announce(core, announcement);
}

/**
 * Sends a value in MPI's standard mode.
 *
 * @returns undefined when it is done, as for most messages; else the promise of the receiver's match.
 */
export function sendOrAnnounce(
	core: CommCore,
	operation: string,
	value: unknown,
	options: SendOptions,
): Promise<void> | undefined {
	const message = prepare(core, operation, value, options);
	if (message === undefined) return undefined;
	const { world, payload, header } = message;
	if (core.progress.peers.outbox(world).sendEager(payload, header)) return undefined;
	return announce(core, message);
}

/** Checks what is to be sent; undefined for PROC_NULL. */
function prepare(
	core: CommCore,
	operation: string,
	value: unknown,
	options: SendOptions,
): Announcement | undefined {
	const { dest, tag = 0, signal } = options;
	core.context.checkOpen("send");
	checkDest(dest, core.size);
	checkSendTag(tag);
	const payload = encode(value);
	if (dest === PROC_NULL) return undefined;
	const world = toWorld(core, dest);
	const gone = core.progress.departures.known(world);
	if (gone !== undefined) throw new ProcessFailedError(`${operation} to rank ${world}`, world, gone.cause);
	signal?.throwIfAborted();
	return { operation, payload, world, header: pointToPoint(core.context.id, tag), signal };
}

/** Sends an announcement, and the payload once the receiver asks for it. */
function announce({ progress, context }: CommCore, announcement: Announcement): Promise<void> {
	const { operation, payload, world, header, signal } = announcement;
	const wait = new Wait<void>(() => {
		progress.waiting.end(waiting);
		signal?.removeEventListener("abort", onAbort);
	});
	const waiting: WaitingOperation = {
		operation,
		communicator: context.name,
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
	progress.waiting.begin(waiting);
	signal?.addEventListener("abort", onAbort, { once: true });
	progress.peers.outbox(world).announce(delivery, header);
	return wait.done();
}
