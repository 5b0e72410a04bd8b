import { ANY_SOURCE, ANY_TAG } from "../../base/constants.ts";
import { decode } from "../../wire/payload.ts";
import type { SendrecvOptions } from "../api/options.ts";
import { checkRecvTag, checkSource } from "../core/arguments.ts";
import type { CommCore } from "../core/core.ts";
import { checkOptions } from "../core/options.ts";
import { receive } from "./receive.ts";
import { sendOrAnnounce } from "./send.ts";

export async function sendrecv(core: CommCore, value: unknown, options: SendrecvOptions): Promise<unknown> {
	checkOptions("sendrecv", options);
	const { dest, sendTag = 0, source = ANY_SOURCE, recvTag = ANY_TAG, signal } = options;
	checkSource(source, core.size);
	checkRecvTag(recvTag);
	// Ends the other half when one fails.
	const stop = new AbortController();
	const signals = signal === undefined ? stop.signal : AbortSignal.any([signal, stop.signal]);
	const send = async () => {
		try {
			await sendOrAnnounce(core, "sendrecv", value, { dest, tag: sendTag, signal });
		} catch (error) {
			stop.abort(error);
			throw error;
		}
	};
	const sent = send();
	const mode = { operation: "sendrecv", abortable: signal !== undefined };
	const received = receive(core, { source, tag: recvTag, signal: signals }, mode);
	const [, got] = await Promise.all([sent, received]);
	return got === undefined ? undefined : decode(got.arrival.kind, got.bytes);
}
