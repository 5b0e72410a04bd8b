import type { Endpoint, Peer } from "../control/messages.ts";
import { Inbox } from "./inbox.ts";
import { Lane } from "./lane.ts";

/** What the layer above does with what comes in. */
export interface MeshEvents {
	/** Takes the frames of one message; must not throw. */
	readonly onMessage: (frames: Buffer[]) => void;
	/** Called after each tick without a message; listening goes on once its promise resolves. */
	readonly onIdle: () => Promise<void> | undefined;
	/** The lane to this rank does not work. */
	readonly onBroken: (rank: number, error: unknown) => void;
}

/** The sockets of one rank: one inbox, and a lane to each peer from the first message on. */
export class Mesh {
	readonly #inbox: Inbox;
	readonly #events: MeshEvents;
	readonly #node: number;
	readonly #lanes = new Map<number, Lane>();
	/** Ranks that are gone: libzmq would try for ever to reach them again. */
	readonly #gone = new Set<number>();
	#peers: readonly Peer[] = [];

	/** @param node Index of the own host: its ranks are reached through unix sockets. */
	constructor(node: number, events: MeshEvents) {
		this.#node = node;
		this.#events = events;
		this.#inbox = new Inbox(events.onMessage, events.onIdle);
	}

	/** Starts to receive at these addresses and tells where that is. */
	async bind(addresses: { readonly ipc?: string; readonly tcp?: string }): Promise<Endpoint> {
		const ipc = addresses.ipc === undefined ? undefined : await this.#inbox.bind(addresses.ipc);
		const tcp = addresses.tcp === undefined ? undefined : await this.#inbox.bind(addresses.tcp);
		return { ...(ipc === undefined ? {} : { ipc }), ...(tcp === undefined ? {} : { tcp: [tcp] }) };
	}

	/** From here on `send` knows its peers, in rank order. */
	set peers(peers: readonly Peer[]) {
		this.#peers = peers;
	}

	/** Whether somebody waits for a message. */
	set wanted(value: boolean) {
		this.#inbox.wanted = value;
	}

	/** Hands frames to the lane of a rank; their memory must not change any more. */
	send(rank: number, frames: Uint8Array | Uint8Array[]): void {
		if (this.#gone.has(rank)) return;
		let lane = this.#lanes.get(rank);
		if (lane === undefined) {
			lane = new Lane(this.#address(rank), (error) => this.#events.onBroken(rank, error));
			this.#lanes.set(rank, lane);
		}
		lane.send(frames);
	}

	/** This rank is gone: what is queued for it will not arrive, nor what is sent from here on. */
	forget(rank: number): void {
		const lane = this.#lanes.get(rank);
		this.#gone.add(rank);
		this.#lanes.delete(rank);
		lane?.abandon();
		lane?.close();
	}

	/** What is still queued need not arrive. */
	abandon(): void {
		for (const lane of this.#lanes.values()) lane.abandon();
	}

	close(): void {
		this.#inbox.close();
		for (const lane of this.#lanes.values()) lane.close();
	}

	#address(rank: number): string {
		const peer = this.#peers[rank];
		const { ipc, tcp } = peer?.endpoint ?? {};
		const address = ipc !== undefined && peer?.node === this.#node ? ipc : tcp?.[0];
		if (address === undefined) throw new Error(`Cannot reach rank ${rank}: it has no address for this host`);
		return address;
	}
}
