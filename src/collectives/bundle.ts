import { decode, encode, type Payload } from "../wire/payload.ts";

/**
 * Several packed values in one message, so that ranks in between hand them on without unpacking them. Layout, little
 * endian: the count, then kind and length of each value (all uint32), then the values' bytes.
 */
export function bundle(payloads: readonly Payload[]): Uint8Array {
	const header = 4 + 8 * payloads.length;
	const length = payloads.reduce((sum, payload) => sum + payload.bytes.byteLength, header);
	const bytes = new Uint8Array(length);
	const view = new DataView(bytes.buffer);
	view.setUint32(0, payloads.length, true);
	let offset = header;
	for (const [index, payload] of payloads.entries()) {
		view.setUint32(4 + 8 * index, payload.kind, true);
		view.setUint32(8 + 8 * index, payload.bytes.byteLength, true);
		bytes.set(payload.bytes, offset);
		offset += payload.bytes.byteLength;
	}
	return bytes;
}

/** The values of a bundle, still packed. */
export function unbundle(bytes: Uint8Array): Payload[] {
	const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
	const count = view.getUint32(0, true);
	let offset = 4 + 8 * count;
	return Array.from({ length: count }, (_, index) => {
		const end = offset + view.getUint32(8 + 8 * index, true);
		const part = bytes.subarray(offset, end);
		offset = end;
		return { kind: view.getUint32(4 + 8 * index, true), bytes: part, owned: true };
	});
}

/** More bytes than this are worth a message of their own. */
const SMALL = 4096;

/** Stands in a bundle for a value that comes in a message of its own. No kind of the wire has this number. */
const APART = 0xffffffff;

/** The value as part of a bundle; a large one as a mark that its rank sends it apart. */
export function bundled(value: unknown): Payload {
	const payload = encode(value);
	if (payload.bytes.byteLength <= SMALL) return payload;
	return { kind: APART, bytes: new Uint8Array(0), owned: true };
}

export function isApart(payload: Payload): boolean {
	return payload.kind === APART;
}

/** The value in memory of its own: the bundle's is shared by all of its values. */
export function unbundled(payload: Payload): unknown {
	return decode(payload.kind, payload.bytes.slice());
}
