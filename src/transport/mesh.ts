import type { Endpoint, Network, Peer } from "../control/messages.ts";
import { bindAddress, pickEndpoint } from "../network/endpoints.ts";
import { Inbox } from "./inbox.ts";
import { type Lane, LocalLane } from "./lane.ts";
import { listenOptions, whole } from "./tcp.ts";
import { TcpLane } from "./tcp-lane.ts";

/** How often connections to other hosts are looked at while nothing is sent, in milliseconds. */
const CHECK_MS = 500;

/** What the layer above does with what comes in. */
export interface MeshEvents {
	/** Takes the frames of one message; must not throw. */
	readonly onMessage: (frames: Buffer[]) => void;
	/** Called after each tick without a message; listening goes on once its promise resolves. */
	readonly onIdle: () => Promise<void> | undefined;
	/** The lane to this rank does not work. */
	readonly onBroken: (rank: number, error: Error) => void;
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
	#network: Network | undefined;
	#checks: NodeJS.Timeout | undefined;

	/** @param node Index of the own host: its ranks are reached through unix sockets. */
	constructor(node: number, events: MeshEvents) {
		this.#node = node;
		this.#events = events;
		this.#inbox = new Inbox((frames) => events.onMessage(whole(frames)), events.onIdle);
	}

	/**
	 * Starts to receive, from ranks of this host at a unix socket, from those of others at addresses of the network, and
	 * tells where that is.
	 */
	async bind(where: {
		readonly ipc?: string | undefined;
		readonly network?: Network | undefined;
	}): Promise<Endpoint> {
		const { ipc, network } = where;
		// Before any option of tcp is set: ranks of one host need no encryption in a folder that only they can enter.
		const local = ipc === undefined ? {} : { ipc: await this.#inbox.bind(ipc) };
		this.#network = network;
		if (network === undefined) return local;
		const options = listenOptions(network.keys);
		const tcp: string[] = [];
		for (const cidr of network.addresses) {
			tcp.push(await this.#inbox.bind(bindAddress(cidr), { ...options, ipv6: cidr.includes(":") }));
		}
		return { ...local, tcp };
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
			lane = this.#open(rank);
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

	/** This process ends: what is still queued should arrive, if that is possible in a short time. */
	flush(): void {
		for (const lane of this.#lanes.values()) lane.flush();
	}

	/** What is still queued need not arrive. */
	abandon(): void {
		for (const lane of this.#lanes.values()) lane.abandon();
	}

	close(): void {
		clearInterval(this.#checks);
		this.#inbox.close();
		for (const lane of this.#lanes.values()) lane.close();
	}

	#open(rank: number): Lane {
		const peer = this.#peers[rank];
		const { ipc, tcp = [] } = peer?.endpoint ?? {};
		const onBroken = (error: Error) => this.#events.onBroken(rank, error);
		if (ipc !== undefined && peer?.node === this.#node) return new LocalLane(ipc, onBroken);
		const address = pickEndpoint(tcp, this.#network?.addresses ?? []);
		if (address === undefined) throw new Error(`Cannot reach rank ${rank}: it has no address for this host`);
		// Must not keep a program alive that is at its end.
		this.#checks ??= setInterval(() => {
			for (const lane of this.#lanes.values()) lane.check();
		}, CHECK_MS).unref();
		return new TcpLane(address, this.#network?.keys, onBroken);
	}
}
