import { ANY_SOURCE, ANY_TAG, PROC_NULL } from "../../base/constants.ts";
import { MpiError, RevokedError } from "../../base/errors.ts";
import type { Arrival } from "../../progress/matching/arrival.ts";
import { Wait } from "../../progress/waiting/wait.ts";
import { decode } from "../../wire/payload.ts";
import type { Message, Status } from "../api/message.ts";
import type { RecvOptions } from "../api/options.ts";
import { checkRecvTag, checkSource } from "../core/arguments.ts";
import { type CommCore, goneError, statusOf, toWorld } from "../core/core.ts";
import { checkOptions } from "../core/options.ts";
import { type ReceiveMode, receive, waitingReceive } from "./receive.ts";
import { FROM_NOBODY } from "./receive-into.ts";

const MPROBE: ReceiveMode = { operation: "mprobe", matchOnly: true };

export async function mprobe(core: CommCore, options: RecvOptions): Promise<Message> {
	checkOptions("mprobe", options);
	const matched = await receive(core, options, MPROBE);
	if (matched === undefined) return { ...FROM_NOBODY, recv: async <T>() => undefined as T };
	const { arrival } = matched;
	let taken = false;
	const recv = async <T>(): Promise<T> => {
		if (taken) throw new MpiError("ERR_ARG", "Cannot receive this message: it has been received already");
		const { context } = core;
		if (context.revoked) throw new RevokedError("receive this message", context.name);
		taken = true;
		return decode(arrival.kind, await payloadOf(core, arrival)) as T;
	};
	return { ...statusOf(core, arrival), recv };
}

export function iprobe(core: CommCore, options: RecvOptions): Status | undefined {
	checkOptions("iprobe", options);
	const { source = ANY_SOURCE, tag = ANY_TAG } = options;
	core.context.checkOpen("probe");
	checkSource(source, core.size);
	checkRecvTag(tag);
	if (source === PROC_NULL) return FROM_NOBODY;
	const world = toWorld(core, source);
	const arrival = core.context.matching.peek(world, tag);
	if (arrival !== undefined) return statusOf(core, arrival);
	core.progress.poke();
	const gone = goneError(core, "probe", world);
	if (gone !== undefined) throw gone;
	return undefined;
}

/** Waits for the payload of a message that is matched already. */
function payloadOf({ progress, context }: CommCore, arrival: Arrival): Promise<Uint8Array> {
	const wait = new Wait<Uint8Array>(() => progress.waiting.end(waiting));
	const { source, tag } = arrival;
	const options = { operation: "recv", abortable: false };
	const waiting = waitingReceive(context.name, { source, tag, wait }, options);
	progress.waiting.begin(waiting);
	progress.peers.intake(source).accept(arrival, wait);
	return wait.done();
}
