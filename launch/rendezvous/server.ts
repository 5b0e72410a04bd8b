import { hostname } from "node:os";
import { setTimeout as delay } from "node:timers/promises";
import type { AgentToRank, Network, RankToAgent } from "../../src/control/messages.ts";
import type { RankToThread, RendezvousSettings, ThreadToRank } from "../../src/rendezvous/messages.ts";
import { Job } from "../head/verdict/job.ts";
import { newRecord } from "../head/verdict/rank-record.ts";
import { rankList } from "../head/verdict/waiting-table.ts";
import { isRankMessage } from "../link/rank-message.ts";
import { type Connection, Connections, type Sender } from "./connections.ts";
import { type Hello, Roster } from "./roster.ts";
import { say } from "./say.ts";
import { tcpAddress } from "./tcp-address.ts";
import { PROTOCOL, type RankToHead } from "./wire.ts";

/** When it is first said who is waited for, and how often again, in milliseconds. */
const PATIENCE_MS = 3000;
const REMINDER_MS = 30_000;
/** How long a rank that ends waits for the verdict on that. */
const VERDICT_MS = 500;

/** The thread of rank 0: takes the others in, and plays tsmpirun for the job. */
export class Server {
	readonly #settings: RendezvousSettings;
	readonly #tellRank: (message: ThreadToRank) => void;
	readonly #address: string;
	readonly #roster: Roster;
	readonly #connections: Connections;
	readonly #left = new Set<number>();
	/** What has been reported: every process prints it. */
	readonly #reports: string[] = [];
	#network: Network = { addresses: [] };
	#job: Job | undefined;
	#over = false;
	#end = () => {};
	readonly #ended = new Promise<void>((resolve) => {
		this.#end = resolve;
	});
	#strangers = 0;
	#timers: NodeJS.Timeout[] = [];

	constructor(settings: RendezvousSettings, tellRank: (message: ThreadToRank) => void) {
		this.#settings = settings;
		this.#tellRank = tellRank;
		this.#address = tcpAddress(settings);
		this.#roster = new Roster(settings.size);
		this.#connections = new Connections(settings, {
			received: (message, from) => this.#receive(message, from),
			gone: (rank, atMs) => this.#gone(rank, atMs),
			stranger: () => this.#stranger(),
		});
	}

	async run(): Promise<void> {
		const { size } = this.#settings;
		try {
			this.#network = await this.#connections.listen();
		} catch (error) {
			this.#fail(`Cannot listen at ${this.#address}: ${(error as Error).message}`);
			return;
		}
		this.#join({ type: "hello", protocol: PROTOCOL, rank: 0, size, host: hostname(), pid: process.pid });
		this.#remind();
		await this.#connections.run();
	}

	/** From rank 0 itself. Resolves with the exit code of a job that ends because the rank leaves, else with 0. */
	async obey(message: RankToThread): Promise<number> {
		if (message.type === "say") {
			this.#said(0, message.message);
			return 0;
		}
		const code = message.message === undefined ? 0 : await this.#leave(0, message.message);
		await this.#connections.heard();
		this.#close();
		return code;
	}

	#receive(message: RankToHead, { connection, rank }: Sender): void {
		if (message.type === "hello") {
			if (rank === undefined) this.#join(message, connection);
		} else if (rank !== undefined) {
			if (message.type === "say") this.#said(rank, message.message);
			else void this.#note(rank, message.message, connection);
		}
	}

	/** @param connection Undefined for rank 0 itself. */
	#join(hello: Hello, connection?: Connection): void {
		const refusal = this.#roster.add(hello);
		if (refusal !== undefined) {
			say(refusal.text);
			if (connection !== undefined)
				this.#connections.send(connection, { type: "refused", text: refusal.text });
			if (refusal.fatal && this.#job === undefined) void this.#giveUp(refusal.text);
			return;
		}
		if (connection !== undefined) this.#connections.admit(connection, hello.rank);
		if (this.#roster.complete) this.#begin();
	}

	#begin(): void {
		for (const timer of this.#timers.splice(0)) clearTimeout(timer);
		const { hellos, places } = this.#roster;
		const records = hellos.map(({ rank, host }) =>
			newRecord({ rank, host, node: places[rank]?.nodeRank ?? 0 }),
		);
		const job = new Job(records, {
			continues: false,
			effects: {
				tell: (rank, message) => this.#tell(rank, message),
				terminate: () => this.#endAll(),
				report: (text) => {
					say(text);
					this.#reports.push(text);
				},
				note: () => {},
				over: () => {},
			},
		});
		this.#job = job;
		for (const { rank, pid } of hellos) job.receive({ type: "launched", rank, pid });
		for (const place of places) {
			const connection = this.#connections.of(place.rank);
			if (connection !== undefined) this.#connections.send(connection, { type: "welcome", place });
			else this.#tellRank({ type: "welcome", place, network: this.#network });
		}
	}

	#said(rank: number, message: RankToAgent): void {
		if (isRankMessage(message)) this.#job?.receive({ type: "said", rank, message });
	}

	#tell(rank: number, message: AgentToRank): void {
		const connection = this.#connections.of(rank);
		if (connection !== undefined) this.#connections.send(connection, { type: "tell", message });
		else if (rank === 0) this.#tellRank({ type: "tell", message });
	}

	async #note(rank: number, message: RankToAgent | undefined, connection: Connection): Promise<void> {
		const code = message === undefined ? 0 : await this.#leave(rank, message);
		this.#connections.send(connection, { type: "noted", code });
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

	/** A rank's connection has ended. */
	#gone(rank: number, atMs: number): void {
		if (this.#left.has(rank) || this.#over) return;
		if (this.#job !== undefined) {
			this.#job.receive({ type: "parted", rank, atMs });
			return;
		}
		const host = this.#roster.hellos.find((hello) => hello.rank === rank)?.host;
		void this.#giveUp(`rank ${rank} (host ${host}) has left before all ranks had joined`);
	}

	#stranger(): void {
		this.#strangers++;
		if (this.#strangers > 1 || this.#job !== undefined) return;
		say(
			`a connection to ${this.#address} was refused: it does not have the key of ${this.#settings.keySource}`,
		);
	}

	#remind(): void {
		const { timeoutMs } = this.#settings;
		const limit = `${timeoutMs / 1000} s`;
		const remind = () => {
			say(`rank 0 waits at ${this.#address} for ${rankList(this.#roster.missing)}, up to ${limit}`);
			this.#timers.push(setTimeout(remind, REMINDER_MS));
		};
		if (this.#job !== undefined) return;
		this.#timers.push(setTimeout(remind, PATIENCE_MS));
		this.#timers.push(
			setTimeout(() => {
				const refused =
					this.#strangers === 0 ? "" : `; ${this.#strangers} connections without the right key were refused`;
				const missing = `${rankList(this.#roster.missing)} of ${this.#roster.size}`;
				void this.#giveUp(`${missing} did not join within ${limit}${refused}`);
			}, timeoutMs),
		);
	}

	/** There will be no job. */
	async #giveUp(why: string): Promise<void> {
		if (this.#over) return;
		this.#over = true;
		const text = `Cannot start the job: ${why}`;
		this.#connections.sendAll({ type: "refused", text });
		await this.#connections.heard();
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
		this.#connections.sendAll({ type: "end", code, text: this.#reports.join("\n") });
		this.#tellRank({ type: "end", code });
		this.#end();
	}

	#close(): void {
		this.#over = true;
		for (const timer of this.#timers.splice(0)) clearTimeout(timer);
		this.#connections.close();
	}
}
