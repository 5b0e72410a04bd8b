/**
 * The frames between ranks: 40 bytes of envelope, little endian, and a body. The numbers are wire protocol: append only.
 */
import { NO_ROOT, POINT_TO_POINT } from "./operations.ts";

/** What a frame is for. */
export const FrameType = {
	/** A message with its payload. */
	EAGER: 1,
	/** "I have a message of this size for you": the payload waits at the sender. */
	READY: 2,
	/** "Your READY was matched: send it." */
	CLEAR: 3,
	/** The payload that CLEAR asked for. */
	DATA: 4,
	/** "DATA is here: its memory is yours again." */
	DONE: 5,
	/** Returns bytes of the eager budget. */
	CREDIT: 6,
	/** A collective cannot go on at the sender: it rejects everywhere. */
	FAIL: 7,
	/** The communicator is revoked. */
	REVOKE: 8,
	/** A step of an agreement that goes on whoever dies; the tag is the agreement's number. */
	AGREE: 9,
} as const;

export type FrameType = (typeof FrameType)[keyof typeof FrameType];

/** Where a message belongs at its receiver. */
export interface Header {
	/** Which communicator: see Context. */
	readonly context: number;
	/** Which collective sent it, POINT_TO_POINT for none: see operations.ts. */
	readonly opcode: number;
	/** The user's tag; for a collective or an agreement, its step on the communicator. */
	readonly tag: number;
	/** The root of a rooted collective, else NO_ROOT. */
	readonly root: number;
}

/** The header of what belongs to no collective. */
export function pointToPoint(context: number, tag: number): Header {
	return { context, opcode: POINT_TO_POINT, tag, root: NO_ROOT };
}

/** What a frame says of itself. */
export interface Envelope extends Header {
	readonly type: number;
	/** How the payload is encoded: see payload.ts. */
	readonly kind: number;
	/** World rank of the sender. */
	readonly source: number;
	/** Position of this frame among all that the sender has sent to the receiver: a gap is a lost frame. */
	readonly sequence: number;
	/** Pairs READY, CLEAR, DATA and DONE. */
	readonly id: number;
	/** Bytes of the message; for CREDIT the bytes given back. */
	readonly size: number;
	/** DATA: the sender waits for DONE. */
	readonly wantsDone: boolean;
}

export const ENVELOPE_BYTES = 40;

/** Bodies up to this many bytes share a part with their envelope: one short copy is cheaper than a second part. */
export const INLINE_LIMIT = 2048;

/** A frame as the transport takes it: one part, or envelope and body. */
export type FrameParts = Buffer | [head: Buffer, body: Uint8Array];

/** The frame as bytes. A body above INLINE_LIMIT is not copied. */
export function writeFrame(envelope: Envelope, body: Uint8Array | undefined): FrameParts {
	const size = body?.byteLength ?? 0;
	const inline = size <= INLINE_LIMIT;
	const head = Buffer.allocUnsafe(inline ? ENVELOPE_BYTES + size : ENVELOPE_BYTES);
	writeEnvelope(head, envelope);
	if (body === undefined) return head;
	if (!inline) return [head, body];
	head.set(body, ENVELOPE_BYTES);
	return head;
}

/** The body of a received frame, not copied. */
export function bodyOf(head: Buffer, parts: readonly Uint8Array[]): Uint8Array {
	return parts[1] ?? head.subarray(ENVELOPE_BYTES);
}

/** Writes the envelope into the first 40 bytes of `target`. */
export function writeEnvelope(target: Buffer, envelope: Envelope): void {
	target[0] = envelope.type;
	target[1] = envelope.kind;
	target[2] = envelope.opcode;
	target[3] = envelope.wantsDone ? 1 : 0;
	target.writeInt32LE(envelope.source, 4);
	target.writeInt32LE(envelope.tag, 8);
	target.writeUInt32LE(envelope.context % 2 ** 32, 12);
	target.writeUInt32LE(envelope.sequence, 16);
	target.writeUInt32LE(envelope.id, 20);
	target.writeDoubleLE(envelope.size, 24);
	target.writeInt32LE(envelope.root, 32);
	target.writeUInt32LE(Math.floor(envelope.context / 2 ** 32), 36);
}

/** Reads an envelope, or undefined where the bytes cannot be one. */
export function readEnvelope(bytes: Buffer): Envelope | undefined {
	if (bytes.length < ENVELOPE_BYTES) return undefined;
	return {
		type: bytes[0] as number,
		kind: bytes[1] as number,
		opcode: bytes[2] as number,
		wantsDone: bytes[3] === 1,
		source: bytes.readInt32LE(4),
		tag: bytes.readInt32LE(8),
		context: bytes.readUInt32LE(36) * 2 ** 32 + bytes.readUInt32LE(12),
		sequence: bytes.readUInt32LE(16),
		id: bytes.readUInt32LE(20),
		size: bytes.readDoubleLE(24),
		root: bytes.readInt32LE(32),
	};
}
