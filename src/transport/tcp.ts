import type { KeyPair } from "../control/messages.ts";

/**
 * What notices that the other host is gone: the kernel, not ZeroMQ's own heartbeats. A heartbeat waits behind a message
 * that takes long to transmit or to encrypt, and a process that is stopped for a while does not answer it; kernels
 * acknowledge bytes and probes all the same. An idle connection ends 2 + 3 x 1 s after a silent cut, one with bytes under
 * way after 5 s.
 */
const LIVENESS = {
	tcpKeepalive: 1,
	tcpKeepaliveIdle: 2,
	tcpKeepaliveInterval: 1,
	tcpKeepaliveCount: 3,
	tcpMaxRetransmitTimeout: 5000,
};

/** A stranger that connects and says nothing, or half a greeting, is dropped after this, in milliseconds. */
const HANDSHAKE_MS = 5000;

/** Connections that may wait to be accepted: all ranks may call at once, and strangers too. */
const BACKLOG = 4096;

/** Bytes that one part of a frame may have: more would let a stranger fill our memory before it has shown a key. */
export const MAX_PART = 4 * 1024 * 1024;

/** What encryption adds to a frame. */
const CURVE_OVERHEAD = 64;

/**
 * Socket options for the side that is called.
 *
 * All ranks of a job have one key pair, and each is server and client with it: who does not know the public half cannot
 * even say hello (its first message is encrypted for it), and without the secret half the handshake ends there. So both
 * halves are secret, which is not how public keys are usually treated. What this saves is a ZAP handler: that one would
 * run in JavaScript, where a rank that computes keeps every newcomer waiting, while libzmq's own thread completes this
 * handshake at any time. Ranks of one job run one user's code: they need not be told apart.
 */
export function listenOptions(keys: KeyPair | undefined): object {
	const curve = keys && { curveServer: true, curvePublicKey: keys.publicKey, curveSecretKey: keys.secretKey };
	return {
		...LIVENESS,
		handshakeInterval: HANDSHAKE_MS,
		backlog: BACKLOG,
		maxMessageSize: MAX_PART + CURVE_OVERHEAD,
		...curve,
	};
}

/** Socket options for the side that calls. */
export function connectOptions(keys: KeyPair | undefined): object {
	const curve = keys && {
		curveServerKey: keys.publicKey,
		curvePublicKey: keys.publicKey,
		curveSecretKey: keys.secretKey,
	};
	return { ...LIVENESS, ...curve };
}

/** A frame in parts that the other side accepts. */
export function split(parts: Uint8Array | Uint8Array[]): Uint8Array | Uint8Array[] {
	if (!Array.isArray(parts)) return parts;
	return parts.flatMap((part) => {
		if (part.byteLength <= MAX_PART) return [part];
		const count = Math.ceil(part.byteLength / MAX_PART);
		return Array.from({ length: count }, (_, index) =>
			part.subarray(index * MAX_PART, (index + 1) * MAX_PART),
		);
	});
}

/** The frame as it was before `split`: an envelope, and a body if it has one. */
export function whole(parts: Buffer[]): Buffer[] {
	return parts.length < 3 ? parts : [parts[0] as Buffer, Buffer.concat(parts.slice(1))];
}
