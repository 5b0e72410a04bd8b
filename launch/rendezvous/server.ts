import { hostname } from "node:os";
import { setTimeout as delay } from "node:timers/promises";
import type { AgentToRank, Network, RankToAgent } from "../../src/control/messages.ts";
import type { RankToThread, RendezvousSettings, ThreadToRank } from "../../src/rendezvous/messages.ts";
import { eventsOf } from "../../src/transport/events.ts";
import { listenOptions } from "../../src/transport/tcp.ts";
import { Router } from "../../src/transport/zeromq.ts";
import { Job } from "../head/verdict/job.ts";
import { newRecord } from "../head/verdict/rank-record.ts";
import { rankList } from "../head/verdict/waiting-table.ts";
import { isRankMessage } from "../link/rank-message.ts";
import { isOwn, ownNetwork, resolve } from "./own-address.ts";
import { type Hello, Roster } from "./roster.ts";
import { endpoint, say } from "./say.ts";
import { decode, encode, type HeadToRank, PROTOCOL, type RankToHead } from "./wire.ts";

/** When it is first said who is waited for, and how often again, in milliseconds. */
const PATIENCE_MS = 3000;
const REMINDER_MS = 30_000;
/** How long last messages of a rank whose connection has ended may take to be read. */
const LAST_MS = 200;
/** Pauses before each look for the connection that has ended. */
const ASK_MS = [5, 50, 500];
/** How long a rank that ends waits for the verdict on that. */
const VERDICT_MS = 500;
/** How long rank 0 waits for the others to take its last word. */
const ALONE_MS = 1000;

/** The thread of rank 0: takes the others in, and plays tsmpirun for the job. */
export class Server {
	readonly #settings: RendezvousSettings;
	readonly #tellRank: (message: ThreadToRank) => void;
	readonly #roster: Roster;
	/** Everybody who has said hello, by the name that the socket has given to the connection. */
	readonly #open = new Map<string, Buffer>();
	/** Rank by the name of its connection, and back. */
	readonly #ranks = new Map<string, number>();
	readonly #connections = new Map<number, Buffer>();
	readonly #left = new Set<number>();
	/** What has been reported: every process prints it. */
	readonly #reports: string[] = [];
	readonly #socket;
	#network: Network = { addresses: [] };
	#job: Job | undefined;
	#over = false;
	#end = () => {};
	readonly #ended = new Promise<void>((resolve) => {
		this.#end = resolve;
	});
	/** Called when nobody else is connected any more. */
	#lonely = () => {};
	#strangers = 0;
	#timers: NodeJS.Timeout[] = [];

	constructor(settings: RendezvousSettings, tellRank: (message: ThreadToRank) => void) {
		this.#settings = settings;
		this.#tellRank = tellRank;
		this.#roster = new Roster(settings.size);
		this.#socket = new Router({
			...listenOptions(settings.keys),
			...{ mandatory: true, linger: 2000, sendHighWaterMark: 0, sendTimeout: 0 },
		});
	}

	async run(): Promise<void> {
		const { size } = this.#settings;
		try {
			await this.#listen();
		} catch (error) {
			this.#fail(`Cannot listen at ${endpoint(this.#settings)}: ${(error as Error).message}`);
			return;
		}
		this.#join({ type: "hello", protocol: PROTOCOL, rank: 0, size, host: hostname(), pid: process.pid });
		this.#remind();
		const watching = this.#watch();
		for await (const [connection, frame] of this.#socket) {
			const message = decode<RankToHead>(frame);
			if (connection !== undefined && message !== undefined) this.#receive(connection, message);
		}
		await watching;
	}

	/** From rank 0 itself. Resolves with the exit code of a job that ends because the rank leaves, else with 0. */
	async obey(message: RankToThread): Promise<number> {
		if (message.type === "say") {
			this.#said(0, message.message);
			return 0;
		}
		const code = message.message === undefined ? 0 : await this.#leave(0, message.message);
		await this.#heard();
		this.#close();
		return code;
	}

	/** What was sent last may not have left this process yet; who has read it ends the connection. */
	async #heard(): Promise<void> {
		if (this.#open.size === 0) return;
		const alone = new Promise<void>((resolve) => {
			this.#lonely = resolve;
		});
		await Promise.race([alone, delay(ALONE_MS)]);
	}

	async #listen(): Promise<void> {
		const { host, port } = this.#settings;
		const address = await resolve(host).catch(() => undefined);
		// The name of a service, or of a pod that has no name yet, is somebody else's address.
		const mine = address !== undefined && isOwn(address);
		this.#network = ownNetwork(this.#settings, mine ? address : undefined);
		this.#socket.ipv6 = address?.includes(":") ?? false;
		await this.#socket.bind(mine ? endpoint({ host: address, port }) : `tcp://*:${port}`);
	}

	#receive(connection: Buffer, message: RankToHead): void {
		const rank = this.#ranks.get(connection.toString("hex"));
		if (message.type === "hello") {
			this.#open.set(connection.toString("hex"), connection);
			if (rank === undefined) this.#join(message, connection);
		} else if (rank !== undefined) {
			if (message.type === "say") this.#said(rank, message.message);
			else void this.#note(rank, message.message, connection);
		}
	}

	#join(hello: Hello, connection?: Buffer): void {
		const refusal = this.#job === undefined || connection !== undefined ? this.#roster.add(hello) : undefined;
		if (refusal !== undefined) {
			say(refusal.text);
			if (connection !== undefined) this.#send(connection, { type: "refused", text: refusal.text });
			if (refusal.fatal && this.#job === undefined) void this.#giveUp(refusal.text);
			return;
		}
		if (connection !== undefined) {
			this.#ranks.set(connection.toString("hex"), hello.rank);
			this.#connections.set(hello.rank, connection);
		}
		if (this.#roster.complete) this.#begin();
	}

	#begin(): void {
		for (const timer of this.#timers.splice(0)) clearTimeout(timer);
		const { hellos, places } = this.#roster;
		const records = hellos.map(({ rank, host }) => newRecord(rank, host, places[rank]?.nodeRank ?? 0));
		const job = new Job(records, false, {
			tell: (rank, message) => this.#tell(rank, message),
			terminate: () => this.#endAll(),
			report: (text) => {
				say(text);
				this.#reports.push(text);
			},
			note: () => {},
			over: () => {},
		});
		this.#job = job;
		for (const { rank, pid } of hellos) job.receive({ type: "launched", rank, pid });
		for (const place of places) {
			const connection = this.#connections.get(place.rank);
			if (connection !== undefined) this.#send(connection, { type: "welcome", place });
			else this.#tellRank({ type: "welcome", place, network: this.#network });
		}
	}

	#said(rank: number, message: RankToAgent): void {
		if (isRankMessage(message)) this.#job?.receive({ type: "said", rank, message });
	}

	#tell(rank: number, message: AgentToRank): void {
		const connection = this.#connections.get(rank);
		if (connection !== undefined) this.#send(connection, { type: "tell", message });
		else if (rank === 0) this.#tellRank({ type: "tell", message });
	}

	async #note(rank: number, message: RankToAgent | undefined, connection: Buffer): Promise<void> {
		const code = message === undefined ? 0 : await this.#leave(rank, message);
		this.#send(connection, { type: "noted", code });
	}

	/** A process is about to end. Resolves with the exit code of the job if it ends too. */
	async #leave(rank: number, message: RankToAgent): Promise<number> {
		const job = this.#job;
		if (job === undefined || this.#over) return 0;
		this.#left.add(rank);
		this.#said(rank, message);
		const code = message.type === "leaving" ? message.code : 0;
		job.receive({ type: "exited", rank, code, signal: null, atMs: Date.now(), outOfMemory: false });
		job.receive({ type: "drained", rank });
		await Promise.race([this.#ended, delay(VERDICT_MS)]);
		return job.exitCode;
	}

	#send(connection: Buffer, message: HeadToRank | undefined): void {
		if (this.#socket.closed) return;
		const frame = message === undefined ? "" : encode(message);
		this.#socket.send([connection, frame]).catch((error: NodeJS.ErrnoException) => {
			// EAGAIN: without a high-water mark, it is just about to be forgotten.
			if (error.code === "EHOSTUNREACH" || error.code === "EAGAIN") void this.#gone(connection);
		});
	}

	/** The socket knows this connection no more. */
	async #gone(connection: Buffer): Promise<void> {
		const name = connection.toString("hex");
		const rank = this.#ranks.get(name);
		this.#open.delete(name);
		if (this.#open.size === 0) this.#lonely();
		if (rank === undefined) return;
		this.#ranks.delete(name);
		this.#connections.delete(rank);
		const atMs = Date.now();
		await delay(LAST_MS);
		if (this.#left.has(rank) || this.#over) return;
		if (this.#job === undefined) {
			void this.#giveUp(
				`rank ${rank} (host ${this.#roster.hellos.find((hello) => hello.rank === rank)?.host}) has left before all ranks had joined`,
			);
		} else this.#job.receive({ type: "parted", rank, atMs });
	}

	/**
	 * The socket's events tell that a connection has ended, but not which: a socket that refuses messages to connections
	 * that it does not know is asked for all.
	 */
	async #watch(): Promise<void> {
		for await (const { type } of eventsOf(this.#socket)) {
			if (type === "disconnect") void this.#ask();
			if (type.startsWith("handshake:error")) this.#stranger();
		}
	}

	/** The event may come before the socket has forgotten the connection. */
	async #ask(): Promise<void> {
		for (const pause of ASK_MS) {
			await delay(pause);
			if (this.#socket.closed) return;
			for (const connection of this.#open.values()) this.#send(connection, undefined);
		}
	}

	/** Somebody without the key: a rank with another key file, or no rank at all. */
	#stranger(): void {
		this.#strangers++;
		if (this.#strangers > 1 || this.#job !== undefined) return;
		say(
			`a connection to ${endpoint(this.#settings)} was refused: it does not have the key of ${this.#settings.keySource}`,
		);
	}

	#remind(): void {
		const { timeoutMs } = this.#settings;
		const waits = () => `rank 0 waits at ${endpoint(this.#settings)} for ${rankList(this.#roster.missing)}`;
		const remind = () => {
			say(`${waits()}, up to ${timeoutMs / 1000} s`);
			this.#timers.push(setTimeout(remind, REMINDER_MS));
		};
		if (this.#job !== undefined) return;
		this.#timers.push(setTimeout(remind, PATIENCE_MS));
		this.#timers.push(
			setTimeout(() => {
				const refused =
					this.#strangers === 0 ? "" : `; ${this.#strangers} connections without the right key were refused`;
				void this.#giveUp(
					`${rankList(this.#roster.missing)} of ${this.#roster.size} did not join within ${timeoutMs / 1000} s${refused}`,
				);
			}, timeoutMs),
		);
	}

	/** There will be no job. */
	async #giveUp(why: string): Promise<void> {
		if (this.#over) return;
		this.#over = true;
		const text = `Cannot start the job: ${why}`;
		for (const connection of this.#open.values()) this.#send(connection, { type: "refused", text });
		await this.#heard();
		this.#fail(text);
	}

	#fail(text: string): void {
		this.#close();
		this.#tellRank({ type: "failed", text });
	}

	/** Ends all ranks, this one last. */
	#endAll(): void {
		if (this.#over) return;
		this.#over = true;
		const code = this.#job?.exitCode ?? 1;
		const text = this.#reports.join("\n");
		for (const connection of this.#open.values()) this.#send(connection, { type: "end", code, text });
		this.#tellRank({ type: "end", code });
		this.#end();
	}

	#close(): void {
		this.#over = true;
		for (const timer of this.#timers.splice(0)) clearTimeout(timer);
		this.#socket.close();
	}
}
