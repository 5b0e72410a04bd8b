import type { Network, Peer, RankAddresses } from "../control/messages.ts";
import { bindAddress, pickAddress } from "../network/rank-addresses.ts";
import { type FrameListener, type IdleListener, Inbox } from "./inbox.ts";
import { type Lane, LocalLane } from "./lane.ts";
import { listenOptions } from "./tcp.ts";
import { TcpLane } from "./tcp-lane.ts";

/** How often connections to other hosts are looked at while nothing is sent, in milliseconds. */
const CHECK_MS = 500;

/** Who is told of what happens to the sockets. */
export interface MeshListeners {
	/** Takes what comes in. */
	readonly frames: FrameListener;
	/** Told when nothing comes in. */
	readonly idle: IdleListener;
	/** The lane to this rank does not work. */
	readonly onBroken: (rank: number, error: Error) => void;
}

/** The way to a rank that is gone. */
const NOWHERE: Pick<Lane, "send"> = { send: () => undefined };

/** The sockets of one rank: one inbox, and a lane to each peer that it writes to. */
export class Mesh {
	readonly #inbox: Inbox;
	readonly #onBroken: (rank: number, error: Error) => void;
	readonly #node: number;
	readonly #lanes = new Map<number, Lane>();
	/** Ranks that are gone: libzmq would try for ever to reach them again. */
	readonly #gone = new Set<number>();
	#peers: readonly Peer[] = [];
	#network: Network | undefined;
	#checks: ReturnType<typeof setInterval> | undefined;

	/** @param node Index of the own host: its ranks are reached through unix sockets. */
	constructor(node: number, { frames, idle, onBroken }: MeshListeners) {
		this.#node = node;
		this.#onBroken = onBroken;
		this.#inbox = new Inbox(frames, idle);
	}

	/**
	 * Starts to receive, from ranks of this host at a unix socket, from those of others at addresses of the network, and
	 * tells where that is.
	 */
	async bind(where: {
		readonly ipc?: string | undefined;
		readonly network?: Network | undefined;
	}): Promise<RankAddresses> {
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

	/** From here on `lane` knows the peers, in rank order. */
	set peers(peers: readonly Peer[]) {
		this.#peers = peers;
	}

	/** Whether somebody waits for a message. */
	set wanted(value: boolean) {
		this.#inbox.wanted = value;
	}

	/** The way to a rank. It may be kept: what is sent there after `forget` goes nowhere. */
	lane(rank: number): Pick<Lane, "send"> {
		if (this.#gone.has(rank)) return NOWHERE;
		let lane = this.#lanes.get(rank);
		if (lane === undefined) {
			lane = this.#open(rank);
			this.#lanes.set(rank, lane);
		}
		return lane;
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
		const onBroken = (error: Error) => this.#onBroken(rank, error);
		if (ipc !== undefined && peer?.node === this.#node) return new LocalLane(ipc, onBroken);
		const address = pickAddress(tcp, this.#network?.addresses ?? []);
		if (address === undefined) throw new Error(`Cannot reach rank ${rank}: it has no address for this host`);
		// Must not keep a program alive that is at its end.
		this.#checks ??= setInterval(() => {
			for (const lane of this.#lanes.values()) lane.check();
		}, CHECK_MS).unref();
		return new TcpLane(address, this.#network?.keys, onBroken);
	}
}
