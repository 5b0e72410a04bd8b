import type { Channel } from "../../src/collectives/channel.ts";
import { decode, encode, type Payload } from "../../src/wire/payload.ts";

/**
 * How messages travel. "eager": at once; "shuffled": late and in random order, but never overtaking one of the same
 * pair of ranks; "rendezvous": a send waits for its receive, and the value is read only then.
 */
export type Delivery = "eager" | "shuffled" | "rendezvous";

export const deliveries: readonly Delivery[] = ["eager", "shuffled", "rendezvous"];

/** What went over the channels of one call. */
export interface Traffic {
	messages: number;
	bytes: number;
	/** The longest chain of messages in which each was sent only after the one before it had come. */
	rounds: number;
}

interface Message {
	readonly value: unknown;
	readonly payload: Payload | undefined;
	readonly clock: number;
	readonly accepted: () => void;
}

interface Waiter {
	readonly resolve: (message: Message) => void;
	readonly reject: (error: unknown) => void;
}

/** The messages from one rank to another. */
interface Lane {
	readonly flying: Message[];
	readonly arrived: Message[];
	readonly waiting: Waiter[];
}

/** Repeatable random numbers from 0 up to 1. mulberry32. */
export function random(seed: number): () => number {
	let state = seed;
	return () => {
		state = (state + 0x6d2b79f5) | 0;
		let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
		mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
		return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
	};
}

function copied(payload: Payload): Payload {
	return { ...payload, bytes: new Uint8Array(payload.bytes) };
}

/** The channels of all ranks of one collective call, in one process. */
export class MemoryNetwork {
	readonly channels: readonly Channel[];
	readonly traffic: Traffic = { messages: 0, bytes: 0, rounds: 0 };
	readonly #lanes: readonly Lane[];
	readonly #size: number;
	readonly #delivery: Delivery;
	readonly #random: () => number;
	readonly #clocks: number[];
	readonly #flying: Lane[] = [];
	#failure: { readonly error: unknown } | undefined;

	constructor(size: number, delivery: Delivery = "eager", seed = size) {
		this.#size = size;
		this.#delivery = delivery;
		this.#random = random(seed);
		this.#clocks = new Array(size).fill(0);
		this.#lanes = Array.from({ length: size * size }, () => ({ flying: [], arrived: [], waiting: [] }));
		this.channels = Array.from({ length: size }, (_, rank) => ({
			rank,
			size,
			send: (value, dest) => this.#send(value, rank, dest),
			recv: (source) => this.#recv(source, rank),
		}));
	}

	/** Ends the call on every rank, as the layer below does when one rank cannot go on. */
	fail(error: unknown): void {
		this.#failure ??= { error };
		for (const lane of this.#lanes) for (const waiter of lane.waiting.splice(0)) waiter.reject(error);
	}

	#lane(source: number, dest: number): Lane {
		const lane = this.#lanes[source * this.#size + dest];
		if (lane === undefined || source === dest) throw new Error(`Cannot send from rank ${source} to ${dest}`);
		return lane;
	}

	async #send(value: unknown, source: number, dest: number): Promise<void> {
		if (this.#failure !== undefined) throw this.#failure.error;
		const lane = this.#lane(source, dest);
		const payload = encode(value);
		const clock = (this.#clocks[source] ?? 0) + 1;
		this.traffic.messages++;
		this.traffic.bytes += payload.bytes.byteLength;
		this.traffic.rounds = Math.max(this.traffic.rounds, clock);
		if (this.#delivery === "rendezvous") {
			return new Promise((accepted) => this.#arrive(lane, { value, payload: undefined, clock, accepted }));
		}
		const message = { value: undefined, payload: copied(payload), clock, accepted: () => undefined };
		if (this.#delivery === "eager") {
			this.#arrive(lane, message);
			return;
		}
		lane.flying.push(message);
		this.#flying.push(lane);
		if (this.#flying.length === 1) setImmediate(() => this.#deliverOne());
	}

	#deliverOne(): void {
		const [lane] = this.#flying.splice(Math.floor(this.#random() * this.#flying.length), 1);
		const message = lane?.flying.shift();
		if (lane !== undefined && message !== undefined) this.#arrive(lane, message);
		// Now and then several arrive before any rank can react.
		if (this.#flying.length === 0) return;
		if (this.#random() < 0.5) this.#deliverOne();
		else setImmediate(() => this.#deliverOne());
	}

	#arrive(lane: Lane, message: Message): void {
		const waiter = lane.waiting.shift();
		if (waiter === undefined) lane.arrived.push(message);
		else waiter.resolve(message);
	}

	async #recv(source: number, rank: number): Promise<unknown> {
		if (this.#failure !== undefined) throw this.#failure.error;
		const lane = this.#lane(source, rank);
		const message =
			lane.arrived.shift() ??
			(await new Promise<Message>((resolve, reject) => lane.waiting.push({ resolve, reject })));
		// What the rank sends in the same step as it calls recv does not depend on what it receives.
		await undefined;
		this.#clocks[rank] = Math.max(this.#clocks[rank] ?? 0, message.clock);
		const { kind, bytes } = message.payload ?? copied(encode(message.value));
		message.accepted();
		return decode(kind, bytes);
	}
}

/** A channel per rank of one call. */
export function memoryChannels(size: number, delivery: Delivery = "eager", seed = size): readonly Channel[] {
	return new MemoryNetwork(size, delivery, seed).channels;
}

/** What `body` gives on each rank. */
export function onRanks<T>(
	size: number,
	delivery: Delivery,
	body: (channel: Channel) => Promise<T>,
): Promise<T[]> {
	return Promise.all(memoryChannels(size, delivery).map(body));
}

/** The traffic of one call, all ranks entering it at the same time. */
export async function trafficOf(
	size: number,
	body: (channel: Channel) => Promise<unknown>,
): Promise<Traffic> {
	const network = new MemoryNetwork(size);
	await Promise.all(network.channels.map(body));
	return network.traffic;
}

/** What becomes of each rank when one that rejects ends the call for the others a little later. */
export function settledRanks(
	size: number,
	body: (channel: Channel) => Promise<unknown>,
): Promise<PromiseSettledResult<unknown>[]> {
	const network = new MemoryNetwork(size, "eager");
	const ended = async (channel: Channel) => {
		try {
			return await body(channel);
		} catch (error) {
			// Whatever can still be received without the failing rank is received before the failure is known.
			setImmediate(() => network.fail(error));
			throw error;
		}
	};
	return Promise.allSettled(network.channels.map(ended));
}

/** Calls `check` for every number of ranks from 1 to 33 and every root. */
export async function forEveryRoot(check: (size: number, root: number) => Promise<void>): Promise<void> {
	for (let size = 1; size <= 33; size++) for (let root = 0; root < size; root++) await check(size, root);
}

/** Calls `check` for every number of ranks from 1 to 33 and every way of delivery. */
export async function forEverySize(
	check: (size: number, delivery: Delivery) => Promise<void>,
): Promise<void> {
	for (const delivery of deliveries) for (let size = 1; size <= 33; size++) await check(size, delivery);
}

/** Small numbers of ranks, of both kinds, for what need not be tried on all. */
export const someSizes: readonly number[] = [1, 2, 3, 4, 5, 7, 8, 9, 16, 17];
