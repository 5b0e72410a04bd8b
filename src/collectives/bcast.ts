import { bytesOf, decode, isTypedArray, kindOf, pack } from "../wire/payload.ts";
import { blockView, copyInto } from "./blocks.ts";
import type { Channel } from "./channel.ts";
import { rotated } from "./exchange.ts";
import { binomialChildren, binomialParent } from "./tree.ts";

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
 * Each rank that has the message sends it on, to the largest subtree first; rank 0 is the root.
 * Cost: ceil(lg p) (α + n · β). MPICH bcast_intra_binomial.
 */
async function bcastBinomial(channel: Channel, message: unknown): Promise<unknown> {
	const { rank, size } = channel;
	const received = rank === 0 ? message : await channel.recv(binomialParent(rank));
	const children = binomialChildren(rank, size);
	if (children.length > 0) {
		const packed = pack(received);
		await Promise.all(children.map((child) => channel.send(packed, child)));
	}
	return received;
}

/**
 * Rank 0, the root, sends each rank one block, and the blocks go round the ring.
 * Cost: p α + 2 n (p-1)/p · β. van de Geijn; MPICH bcast_intra_scatter_ring_allgather.
 */
async function bcastScatterRing(channel: Channel, bytes: Uint8Array): Promise<void> {
	const { rank, size } = channel;
	const block = (index: number) => blockView(bytes, size, index, index + 1);
	const fill = async (index: number, source: number) => {
		copyInto(block(index), await channel.recv(source), "bcast", source);
	};
	const sends: Promise<void>[] = [];
	for (let index = 1; index < size && rank === 0; index++) sends.push(channel.send(block(index), index));
	// Awaited last, so that the ring starts while the later blocks are still being sent.
	const scattered = Promise.all(sends);
	scattered.catch(() => undefined);
	if (rank !== 0) await fill(rank, 0);
	for (let step = 0; step < size - 1; step++) {
		const outgoing = block((rank - step + size) % size);
		// The root has every block already, so the rank before it sends it none.
		await Promise.all([
			rank === 0 ? undefined : fill((rank - step - 1 + size) % size, rank - 1),
			rank === size - 1 ? undefined : channel.send(outgoing, rank + 1),
		]);
	}
	await scattered;
}

/** The root's value on every rank; on the root the very value passed. MPI_Bcast. */
export async function bcast(channel: Channel, value: unknown, root: number): Promise<unknown> {
	const fromRoot = rotated(channel, root);
	if (fromRoot.rank === 0) {
		await bcastFromRoot(fromRoot, value);
		return value;
	}
	const message = await bcastBinomial(fromRoot, undefined);
	const header = headerOf(message);
	if (header === undefined) return message;
	if (header.form === "value") return header.value;
	const bytes = new Uint8Array(header.byteLength);
	await bcastScatterRing(fromRoot, bytes);
	return decode(header.kind, bytes);
}

async function bcastFromRoot(channel: Channel, value: unknown): Promise<void> {
	if (isTypedArray(value) && value.byteLength >= LONG && channel.size >= LONG_RANKS) {
		const header: Header = { form: "blocks", kind: kindOf(value), byteLength: value.byteLength };
		await bcastBinomial(channel, { [HEADER]: header });
		await bcastScatterRing(channel, bytesOf(value));
		return;
	}
	const wrapped: Header = { form: "value", value };
	await bcastBinomial(channel, headerOf(value) === undefined ? value : { [HEADER]: wrapped });
}
