import { ANY_TAG, PROC_NULL } from "../../base/constants.ts";
import { ArgumentError, TruncateError } from "../../base/errors.ts";
import {
	bytesOf,
	isTypedArray,
	kindName,
	kindOf,
	sameElements,
	type TypedArray,
} from "../../wire/payload.ts";
import type { RecvStatus, Status } from "../api/message.ts";
import type { RecvOptions } from "../api/options.ts";
import { show } from "../core/arguments.ts";
import { type CommCore, statusOf } from "../core/core.ts";
import { checkOptions } from "../core/options.ts";
import { type ReceiveMode, receive } from "./receive.ts";

/** The status of what comes from PROC_NULL. */
export const FROM_NOBODY: Status = { source: PROC_NULL, tag: ANY_TAG, byteLength: 0 };

const RECV_INTO: ReceiveMode = { operation: "recvInto" };

export async function recvInto(
	core: CommCore,
	target: TypedArray,
	options: RecvOptions,
): Promise<RecvStatus> {
	if (!isTypedArray(target)) {
		throw new ArgumentError("ERR_TYPE", `Cannot receive into ${show(target)}: a typed array is needed`);
	}
	checkOptions("recvInto", options);
	const received = await receive(core, options, RECV_INTO);
	if (received === undefined) return { ...FROM_NOBODY, count: 0 };
	const { arrival, bytes } = received;
	const kind = kindOf(target);
	if (!sameElements(kind, arrival.kind)) {
		const sent = kindName(arrival.kind);
		throw new ArgumentError(
			"ERR_TYPE",
			`Cannot receive a ${sent} into a ${kindName(kind)}: the types must be equal`,
		);
	}
	if (arrival.size > target.byteLength) throw new TruncateError(target.byteLength, arrival.size);
	bytesOf(target).set(bytes);
	return { ...statusOf(core, arrival), count: arrival.size / target.BYTES_PER_ELEMENT };
}
