import { ArgumentError } from "../base/errors.ts";
import { isTypedArray, pack } from "../wire/payload.ts";
import { bundle, bundled, isApart, unbundle, unbundled } from "./bundle.ts";
import type { Channel } from "./channel.ts";
import { exchange } from "./exchange.ts";

/**
 * Every rank sends its value to every other, all at once.
 * Cost: α + (p-1) n · β, and p-1 sends and receives per rank, which is why it is for few ranks.
 */
async function allgatherDirect(channel: Channel, value: unknown): Promise<unknown[]> {
	const { rank, size } = channel;
	const others = Array.from({ length: size - 1 }, (_, step) => (rank + step + 1) % size);
	const receives = Array.from({ length: size }, (_, source) =>
		source === rank ? value : channel.recv(source),
	);
	const [values] = await Promise.all([
		Promise.all(receives),
		...others.map((dest) => channel.send(value, dest)),
	]);
	return values;
}

/**
 * Each round sends all that is known to the rank 2^k back and learns as much from the one 2^k further on. Values too
 * large to be copied on in every round follow directly: by then each rank knows whose to expect.
 * Cost for small values: ceil(lg p) · α + n (p-1) · β. Bruck et al. 1997.
 */
async function allgatherBruck(channel: Channel, value: unknown, packed: unknown): Promise<unknown[]> {
	const { rank, size } = channel;
	const known = [bundled(packed)];
	for (let distance = 1; distance < size; distance *= 2) {
		const part = known.slice(0, Math.min(distance, size - distance));
		const received = await exchange(
			channel,
			bundle(part),
			(rank - distance + size) % size,
			(rank + distance) % size,
		);
		if (!isTypedArray(received)) throw new ArgumentError("ERR_TYPE", "Cannot allgather: not a bundle");
		known.push(...unbundle(received as Uint8Array));
	}
	const values: unknown[] = new Array(size);
	values[rank] = value;
	const rest: Promise<void>[] = [];
	for (let step = 1; step < size; step++) {
		const source = (rank + step) % size;
		const payload = known[step];
		if (payload === undefined)
			throw new ArgumentError("ERR_COUNT", `Cannot allgather: no value of rank ${source}`);
		if (!isApart(payload)) {
			values[source] = unbundled(payload);
			continue;
		}
		rest.push(
			channel.recv(source).then((large) => {
				values[source] = large;
			}),
		);
	}
	if (known[0] !== undefined && isApart(known[0])) {
		for (let step = 1; step < size; step++) rest.push(channel.send(packed, (rank - step + size) % size));
	}
	await Promise.all(rest);
	return values;
}

/** Up to here p-1 messages at once are faster than lg p rounds of one. */
const FEW_RANKS = 4;

/** Every rank's value in rank order on every rank; the own item is the very value passed. MPI_Allgather. */
export async function allgather(channel: Channel, value: unknown): Promise<unknown[]> {
	const packed = pack(value);
	if (channel.size > FEW_RANKS) return allgatherBruck(channel, value, packed);
	const values = await allgatherDirect(channel, packed);
	values[channel.rank] = value;
	return values;
}
