import type { KeyPair } from "../control/messages.ts";
import { eventsOf } from "./events.ts";
import { type Lane, LINGER_MS, sendingSocket } from "./lane.ts";
import { connectOptions, split } from "./tcp.ts";

/** Within this time a connection must stand, in milliseconds: the peer listens before the job begins. */
const CONNECT_MS = 10_000;

const ENDED = "the connection has ended";

/**
 * The way to a peer on another host. libzmq would connect anew after a break and go on with the next message, as if
 * nothing had been lost: here the first break is the last, and is told.
 */
export class TcpLane implements Lane {
	readonly #socket;
	readonly #address: string;
	readonly #onBroken: (error: Error) => void;
	#connected = false;
	/** It is broken and has been reported, or closed by us: a later error is no news. */
	#done = false;

	constructor(address: string, keys: KeyPair | undefined, onBroken: (error: Error) => void) {
		this.#address = address;
		this.#onBroken = onBroken;
		this.#socket = sendingSocket({
			...connectOptions(keys),
			ipv6: address.includes("["),
			// Else a connection that breaks with frames under way would hold the end of the process up for that long.
			linger: 0,
			// None: with it, a broken connection leaves the socket without a pipe, which `writable` shows.
			reconnectInterval: -1,
		});
		void this.#connect();
	}

	send(parts: Uint8Array | Uint8Array[]): void {
		if (this.#done) return;
		this.#socket.send(split(parts)).catch(() => {
			// It fails only without a pipe. Before the connection stood, its events say why.
			if (this.#connected) this.#broken(ENDED);
		});
	}

	check(): void {
		if (this.#connected && !this.#done && !this.#socket.writable) this.#broken(ENDED);
	}

	flush(): void {
		if (!this.#done) this.#socket.linger = LINGER_MS;
	}

	abandon(): void {
		this.#socket.linger = 0;
	}

	close(): void {
		this.#done = true;
		this.#socket.close();
	}

	/**
	 * Follows the socket's events until the connection stands. Not further: waiting for an event keeps the event loop
	 * alive, which is right while a first message is on its way, and wrong for a program that is at its end.
	 */
	async #connect(): Promise<void> {
		const events = eventsOf(this.#socket);
		this.#socket.connect(this.#address);
		const limit = setTimeout(() => {
			this.#broken(`no connection to ${this.#address} within ${CONNECT_MS / 1000} s`);
		}, CONNECT_MS).unref();
		while (!this.#connected && !this.#done) {
			const { value: event, done } = await events.next();
			if (done) break;
			const why = "error" in event ? `: ${event.error.message}` : "";
			switch (event.type) {
				case "handshake":
					this.#connected = true;
					break;
				case "handshake:error:protocol":
				case "handshake:error:auth":
				case "handshake:error:other":
					this.#broken(`the handshake with ${this.#address} failed${why}`);
					break;
				case "close":
				case "disconnect":
					this.#broken(`no connection to ${this.#address}`);
					break;
			}
		}
		clearTimeout(limit);
	}

	#broken(why: string): void {
		if (this.#done) return;
		this.#done = true;
		this.#onBroken(new Error(why));
	}
}
