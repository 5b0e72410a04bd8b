import { hostname } from "node:os";
import { setTimeout as delay } from "node:timers/promises";
import type { Placement } from "../../src/control/environment.ts";
import type { AgentToRank } from "../../src/control/messages.ts";
import type { RankToThread, RendezvousSettings, ThreadToRank } from "../../src/rendezvous/messages.ts";
import { eventsOf } from "../../src/transport/events.ts";
import { connectOptions } from "../../src/transport/tcp.ts";
import { Dealer } from "../../src/transport/zeromq.ts";
import { addressTowards, ownNetwork, resolve } from "./own-address.ts";
import { say } from "./say.ts";
import { tcpAddress } from "./tcp-address.ts";
import { decode, encode, type HeadToRank, PROTOCOL, type RankToHead } from "./wire.ts";

type Socket = InstanceType<typeof Dealer>;

/** Time between two attempts, in milliseconds. */
const PAUSE_MS = 300;
/** How long an attempt may take. */
const ATTEMPT_MS = 5000;
/** When it is first said what is waited for, and how often again. */
const PATIENCE_MS = 3000;
const REMINDER_MS = 30_000;
/** After so many handshakes in a row that the other side ends, the keys must differ. */
const REFUSALS = 5;
/** How long rank 0 may take to answer a rank that leaves. */
const NOTED_MS = 4000;
/** How long a last message may take to be read after the connection has ended. */
const LAST_MS = 200;

/** The thread of a rank above 0: dials rank 0, and passes on what the rank and rank 0's thread tell each other. */
export class Client {
	readonly #settings: RendezvousSettings;
	readonly #tellRank: (message: ThreadToRank) => void;
	readonly #address: string;
	#socket: Socket | undefined;
	#watching: Promise<void> = Promise.resolve();
	#noted: (code: number) => void = () => {};
	/** Nothing that happens to the connection matters any more. */
	#over = false;

	constructor(settings: RendezvousSettings, tellRank: (message: ThreadToRank) => void) {
		this.#settings = settings;
		this.#tellRank = tellRank;
		this.#address = tcpAddress(settings);
	}

	/** Dials until rank 0 answers, and follows the connection to its end. */
	async run(): Promise<void> {
		const connected = await this.#dial().catch((error: Error) => this.#fail(error.message));
		if (connected === undefined) return;
		const { socket, address } = connected;
		this.#watching = this.#watch(socket);
		const { rank, size } = this.#settings;
		this.#send({ type: "hello", protocol: PROTOCOL, rank, size, host: hostname(), pid: process.pid });
		for await (const [frame] of socket) {
			const message = decode<HeadToRank>(frame);
			if (message !== undefined) await this.#receive(message, address);
		}
		await this.#watching;
	}

	/** From the rank. Resolves with the exit code of a job that ends because the rank leaves, else with 0. */
	async obey(message: RankToThread): Promise<number> {
		if (message.type === "say") {
			this.#send(message);
			return 0;
		}
		const over = this.#over;
		let code = 0;
		this.#over = true;
		if (!over && message.message !== undefined && this.#socket !== undefined) {
			const noted = new Promise<number>((done) => {
				this.#noted = done;
			});
			this.#send({ type: "leave", message: message.message });
			code = await Promise.race([noted, delay(NOTED_MS, 0)]);
		}
		this.#close();
		return code;
	}

	async #receive(message: HeadToRank, address: string): Promise<void> {
		switch (message.type) {
			case "refused":
				this.#fail(message.text);
				break;
			case "welcome":
				await this.#welcome(message.place, address);
				break;
			case "tell":
				this.#tell(message.message);
				break;
			case "noted":
				this.#noted(message.code);
				break;
			case "end":
				this.#noted(message.code);
				this.#end(message.code, message.text);
		}
	}

	async #welcome(place: Placement, address: string): Promise<void> {
		try {
			const network = ownNetwork(this.#settings, await addressTowards(address));
			this.#tellRank({ type: "welcome", place, network });
		} catch (error) {
			this.#fail(`Cannot join the job as rank ${place.rank}: ${(error as Error).message}`);
		}
	}

	#tell(message: AgentToRank): void {
		if (message.type === "finalized") this.#over = true;
		this.#tellRank({ type: "tell", message });
	}

	#end(code: number, text: string): void {
		if (this.#over) return;
		this.#over = true;
		say(text);
		// Rank 0 waits for that, to be sure that everybody knows.
		this.#close();
		this.#tellRank({ type: "end", code });
	}

	/** There will be no job. */
	#fail(text: string): undefined {
		this.#over = true;
		this.#close();
		this.#tellRank({ type: "failed", text });
	}

	#send(message: RankToHead): void {
		const socket = this.#socket;
		if (socket !== undefined && !socket.closed) socket.send(encode(message)).catch(() => undefined);
	}

	#close(): void {
		this.#socket?.close();
		this.#socket = undefined;
	}

	/** The end of the connection is the end of the job, unless a last message says more. */
	async #watch(socket: Socket): Promise<void> {
		for await (const { type } of eventsOf(socket)) {
			if (type !== "disconnect") continue;
			await delay(LAST_MS);
			this.#end(
				1,
				`rank ${this.#settings.rank} has lost rank 0 at ${this.#address}, which holds the job together`,
			);
		}
	}

	async #dial(): Promise<{ socket: Socket; address: string } | undefined> {
		const { rank, timeoutMs, keySource } = this.#settings;
		const begin = performance.now();
		let reminded = begin + PATIENCE_MS - REMINDER_MS;
		let refusals = 0;
		for (;;) {
			const attempt = await this.#attempt();
			if (this.#over) return undefined;
			if ("socket" in attempt) return attempt;
			refusals = attempt.refused ? refusals + 1 : 0;
			const where = `rank 0 at ${this.#address}`;
			if (refusals >= REFUSALS) {
				throw new Error(
					`Cannot join the job as rank ${rank}: ${where} does not take the key of ${keySource} (or something else listens there)`,
				);
			}
			const now = performance.now();
			if (now - begin > timeoutMs) {
				throw new Error(
					`Cannot join the job as rank ${rank}: ${where} has not answered within ${timeoutMs / 1000} s: ${attempt.why}`,
				);
			}
			if (now - reminded > REMINDER_MS) {
				reminded = now;
				say(`rank ${rank} waits for ${where}, up to ${timeoutMs / 1000} s: ${attempt.why}`);
			}
			await delay(Math.min(PAUSE_MS, Math.max(1, begin + timeoutMs - now)));
		}
	}

	async #attempt(): Promise<{ socket: Socket; address: string } | { why: string; refused: boolean }> {
		const { host, port, keys } = this.#settings;
		let address: string;
		try {
			address = await resolve(host);
		} catch (error) {
			return { why: (error as Error).message, refused: false };
		}
		const socket = new Dealer({
			...connectOptions(keys),
			...{
				linger: 1000,
				sendHighWaterMark: 0,
				sendTimeout: 0,
				reconnectInterval: -1,
				ipv6: address.includes(":"),
			},
		});
		this.#socket = socket;
		const events = eventsOf(socket);
		socket.connect(tcpAddress({ host: address, port }));
		let why = `no answer from ${address}`;
		let refused = false;
		const timer = setTimeout(() => socket.close(), ATTEMPT_MS);
		// Events are read to the last one, also of a closed socket: see transport/events.ts.
		for await (const { type } of events) {
			if (type === "handshake") {
				clearTimeout(timer);
				return { socket, address };
			}
			if (type === "connect") {
				// The other side is there: if the connection ends now, it has been refused.
				refused = true;
				why = `${address} ends the connection`;
			} else if (type === "close" || type === "disconnect") {
				if (type === "close") why = `nobody listens at ${address}`;
				socket.close();
			}
		}
		clearTimeout(timer);
		this.#socket = undefined;
		return { why, refused };
	}
}
