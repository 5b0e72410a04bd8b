import { setTimeout as delay } from "node:timers/promises";
import type { Network } from "../../src/control/messages.ts";
import type { RendezvousSettings } from "../../src/rendezvous/messages.ts";
import { eventsOf } from "../../src/transport/events.ts";
import { listenOptions } from "../../src/transport/tcp.ts";
import { Router } from "../../src/transport/zeromq.ts";
import { isOwn, ownNetwork, resolve } from "./own-address.ts";
import { tcpAddress } from "./tcp-address.ts";
import { decode, encode, type HeadToRank, type RankToHead } from "./wire.ts";

/** How long last messages of a rank whose connection has ended may take to be read, in milliseconds. */
const LAST_MS = 200;
/** Pauses before each look for the connection that has ended. */
const ASK_MS = [5, 50, 500];
/** How long the others may take to read the last word. */
const ALONE_MS = 1000;

/** The socket's name for a connection. */
export type Connection = Buffer;

/** Who has sent a message. */
export interface Sender {
	readonly connection: Connection;
	/** Once the connection has been admitted as one. */
	readonly rank: number | undefined;
}

/** What happens to connections. */
export interface ConnectionEvents {
	readonly received: (message: RankToHead, from: Sender) => void;
	/** A rank's connection has ended, and its last messages have been read. */
	readonly gone: (rank: number, atMs: number) => void;
	/** Somebody without the key was refused: a rank with another key file, or no rank at all. */
	readonly stranger: () => void;
}

/** The connections of the other ranks to rank 0's thread, and what the socket does not tell about their ends. */
export class Connections {
	readonly #settings: RendezvousSettings;
	readonly #events: ConnectionEvents;
	readonly #socket;
	/** Everybody who has said hello. */
	readonly #open = new Map<string, Connection>();
	/** Rank by the name of its connection, and back. */
	readonly #ranks = new Map<string, number>();
	readonly #byRank = new Map<number, Connection>();
	/** Called when nobody is connected any more. */
	#lonely = () => {};

	constructor(settings: RendezvousSettings, events: ConnectionEvents) {
		this.#settings = settings;
		this.#events = events;
		this.#socket = new Router({
			...listenOptions(settings.keys),
			...{ mandatory: true, linger: 2000, sendHighWaterMark: 0, sendTimeout: 0 },
		});
	}

	/** Listens where the other ranks dial; resolves with how ranks reach this one. */
	async listen(): Promise<Network> {
		const { host, port } = this.#settings;
		const address = await resolve(host).catch(() => undefined);
		// The name of a service, or of a pod that has no name yet, is somebody else's address.
		const own = address !== undefined && isOwn(address) ? address : undefined;
		const network = ownNetwork(this.#settings, own);
		this.#socket.ipv6 = address?.includes(":") ?? false;
		await this.#socket.bind(own === undefined ? `tcp://*:${port}` : tcpAddress({ host: own, port }));
		return network;
	}

	/** Passes messages on until the socket is closed. */
	async run(): Promise<void> {
		const watching = this.#watch();
		for await (const [connection, frame] of this.#socket) {
			const message = decode<RankToHead>(frame);
			if (connection === undefined || message === undefined) continue;
			const name = nameOf(connection);
			if (message.type === "hello") this.#open.set(name, connection);
			this.#events.received(message, { connection, rank: this.#ranks.get(name) });
		}
		await watching;
	}

	/** From here on the connection speaks for this rank. */
	admit(connection: Connection, rank: number): void {
		this.#ranks.set(nameOf(connection), rank);
		this.#byRank.set(rank, connection);
	}

	/** The connection of a rank, while it has one. */
	of(rank: number): Connection | undefined {
		return this.#byRank.get(rank);
	}

	send(connection: Connection, message: HeadToRank): void {
		this.#write(connection, encode(message));
	}

	sendAll(message: HeadToRank): void {
		for (const connection of this.#open.values()) this.send(connection, message);
	}

	/** What was sent last may not have left this process yet; who has read it ends the connection. */
	async heard(): Promise<void> {
		if (this.#open.size === 0) return;
		const alone = new Promise<void>((resolve) => {
			this.#lonely = resolve;
		});
		await Promise.race([alone, delay(ALONE_MS)]);
	}

	close(): void {
		this.#socket.close();
	}

	#write(connection: Connection, frame: string): void {
		if (this.#socket.closed) return;
		this.#socket.send([connection, frame]).catch((error: NodeJS.ErrnoException) => {
			// EAGAIN: without a high-water mark, it is just about to be forgotten.
			if (error.code === "EHOSTUNREACH" || error.code === "EAGAIN") void this.#forget(connection);
		});
	}

	/** The socket knows this connection no more. */
	async #forget(connection: Connection): Promise<void> {
		const name = nameOf(connection);
		const rank = this.#ranks.get(name);
		this.#open.delete(name);
		if (this.#open.size === 0) this.#lonely();
		if (rank === undefined) return;
		this.#ranks.delete(name);
		this.#byRank.delete(rank);
		const atMs = Date.now();
		await delay(LAST_MS);
		this.#events.gone(rank, atMs);
	}

	/**
	 * The socket's events tell that a connection has ended, but not which: a socket that refuses messages to connections
	 * that it does not know is asked for all.
	 */
	async #watch(): Promise<void> {
		for await (const { type } of eventsOf(this.#socket)) {
			if (type === "disconnect") void this.#ask();
			if (type.startsWith("handshake:error")) this.#events.stranger();
		}
	}

	/** The event may come before the socket has forgotten the connection. */
	async #ask(): Promise<void> {
		for (const pause of ASK_MS) {
			await delay(pause);
			if (this.#socket.closed) return;
			// An empty frame, which the other side takes for no message.
			for (const connection of this.#open.values()) this.#write(connection, "");
		}
	}
}

function nameOf(connection: Connection): string {
	return connection.toString("hex");
}
