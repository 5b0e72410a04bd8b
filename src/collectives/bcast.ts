import { ArgumentError } from "../errors.ts";
import { bytesOf, decode, isTypedArray, kindOf, pack, type TypedArray } from "../wire/payload.ts";
import { blockStart } from "./blocks.ts";
import type { Channel } from "./channel.ts";
import { binomialChildren, binomialParent, realRank, virtualRank } from "./tree.ts";

/** A typed array of this many bytes, on this many ranks, is cut up. Every rank hears of it from the root's header. */
const LONG = 512 * 1024;
const LONG_RANKS = 4;

/** The key by which a header differs from a value. A value that has this key itself travels in a header. */
const HEADER = "tsmpi:bcast";

type Header =
	| { readonly form: "blocks"; readonly kind: number; readonly byteLength: number }
	| { readonly form: "value"; readonly value: unknown };

function headerOf(message: unknown): Header | undefined {
	if (typeof message !== "object" || message === null || !Object.hasOwn(message, HEADER)) return undefined;
	return (message as { readonly [HEADER]: Header })[HEADER];
}

/**
 * Each rank that has the message sends it on, to the largest subtree first.
 * Cost: ceil(lg p) (α + n · β). MPICH bcast_intra_binomial.
 */
async function bcastBinomial(channel: Channel, message: unknown, root: number): Promise<unknown> {
	const { rank, size } = channel;
	const virtual = virtualRank(rank, root, size);
	const children = binomialChildren(virtual, size);
	const received =
		virtual === 0 ? message : await channel.recv(realRank(binomialParent(virtual), root, size));
	if (children.length > 0) {
		const packed = pack(received);
		await Promise.all(children.map((child) => channel.send(packed, realRank(child, root, size))));
	}
	return received;
}

/**
 * The root sends each rank one block, and the blocks go round the ring.
 * Cost: p α + 2 n (p-1)/p · β. van de Geijn; MPICH bcast_intra_scatter_ring_allgather.
 */
async function bcastScatterRing(channel: Channel, bytes: Uint8Array, root: number): Promise<void> {
	const { rank, size } = channel;
	const virtual = virtualRank(rank, root, size);
	const block = (index: number) => {
		const start = blockStart(bytes.length, size, index);
		return bytes.subarray(start, blockStart(bytes.length, size, index + 1));
	};
	const fill = async (index: number, source: number) => {
		const part = await channel.recv(source);
		block(index).set(bytesOf(part as TypedArray));
	};
	const sends: Promise<void>[] = [];
	for (let index = 1; index < size && virtual === 0; index++) {
		sends.push(channel.send(block(index), realRank(index, root, size)));
	}
	// Awaited last, so that the ring starts while the later blocks are still being sent.
	const scattered = Promise.all(sends);
	scattered.catch(() => undefined);
	if (virtual !== 0) await fill(virtual, root);
	const next = (rank + 1) % size;
	const previous = (rank - 1 + size) % size;
	for (let step = 0; step < size - 1; step++) {
		// The root has every block already, so the rank before it sends it none.
		const outgoing = (virtual - step + size) % size;
		const incoming = (virtual - step - 1 + size) % size;
		await Promise.all([
			virtual === 0 ? undefined : fill(incoming, previous),
			virtual === size - 1 ? undefined : channel.send(block(outgoing), next),
		]);
	}
	await scattered;
}

/** The root's value on every rank; on the root the very value passed. MPI_Bcast. */
export async function bcast(channel: Channel, value: unknown, root: number): Promise<unknown> {
	const { rank, size } = channel;
	if (rank === root) {
		const long = isTypedArray(value) && value.byteLength >= LONG && size >= LONG_RANKS;
		if (!long) {
			const message = headerOf(value) === undefined ? value : { [HEADER]: { form: "value", value } };
			await bcastBinomial(channel, message, root);
			return value;
		}
		const header: Header = { form: "blocks", kind: kindOf(value), byteLength: value.byteLength };
		await bcastBinomial(channel, { [HEADER]: header }, root);
		await bcastScatterRing(channel, bytesOf(value), root);
		return value;
	}
	const message = await bcastBinomial(channel, undefined, root);
	const header = headerOf(message);
	if (header === undefined) return message;
	if (header.form === "value") return header.value;
	if (header.form !== "blocks") throw new ArgumentError("ERR_TYPE", "Cannot bcast: unknown header");
	const bytes = new Uint8Array(header.byteLength);
	await bcastScatterRing(channel, bytes, root);
	return decode(header.kind, bytes);
}
