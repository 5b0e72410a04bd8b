import { createServer, type Server, type Socket } from "node:net";
import type { AgentToRank, RankToAgent } from "../../src/control/messages.ts";
import { isRankMessage } from "../link/rank-message.ts";
import { JsonLines } from "./json-lines.ts";

/** What the server tells about its ranks. */
export interface ControlEvents {
	readonly said: (rank: number, message: RankToAgent) => void;
	/** The rank's connection has ended. */
	readonly parted: (rank: number) => void;
	/** A second process said hello as this rank; its connection is dropped. */
	readonly joinedTwice: (rank: number, pid: number) => void;
}

/** Whom the server serves. */
export interface ControlOptions {
	readonly ranks: ReadonlySet<number>;
	/** Sent to whoever connects: only the user's own processes can. */
	readonly greeting?: AgentToRank | undefined;
}

/** The unix socket by which the ranks of this host reach their agent: JSON lines both ways. */
export class ControlServer {
	readonly #server: Server;
	readonly #ranks: ReadonlySet<number>;
	readonly #greeting: AgentToRank | undefined;
	readonly #events: ControlEvents;
	readonly #sockets = new Map<number, Socket>();
	readonly #joined = new Set<number>();
	readonly #all = new Set<Socket>();

	private constructor({ ranks, greeting }: ControlOptions, events: ControlEvents) {
		this.#ranks = ranks;
		this.#greeting = greeting;
		this.#events = events;
		this.#server = createServer((socket) => this.#accept(socket));
	}

	static async listen(path: string, options: ControlOptions, events: ControlEvents): Promise<ControlServer> {
		const control = new ControlServer(options, events);
		await new Promise<void>((resolve, reject) => {
			control.#server.once("error", reject);
			control.#server.listen({ path, backlog: 4096 }, resolve);
		});
		return control;
	}

	/** Sends a message to a rank, if it is still connected. */
	tell(rank: number, message: AgentToRank): void {
		this.#sockets.get(rank)?.write(`${JSON.stringify(message)}\n`);
	}

	close(): void {
		for (const socket of this.#all) socket.destroy();
		this.#server.close();
	}

	#accept(socket: Socket): void {
		const lines = new JsonLines();
		let rank: number | undefined;
		this.#all.add(socket);
		// A rank that dies while a message is on its way to it: "close" follows and says all there is to say.
		socket.on("error", () => {});
		if (this.#greeting !== undefined) socket.write(`${JSON.stringify(this.#greeting)}\n`);
		socket.on("data", (chunk: Buffer) => {
			try {
				for (const value of lines.push(chunk)) {
					if (!isRankMessage(value)) throw new TypeError("not a control message");
					rank ??= this.#join(value, socket);
					if (rank === undefined) return;
					this.#events.said(rank, value);
				}
			} catch {
				socket.destroy();
			}
		});
		socket.on("close", () => {
			this.#all.delete(socket);
			if (rank === undefined || this.#sockets.get(rank) !== socket) return;
			this.#sockets.delete(rank);
			this.#events.parted(rank);
		});
	}

	/** The rank that a connection speaks for, or undefined if its first message does not say. */
	#join(message: RankToAgent, socket: Socket): number | undefined {
		if (message.type !== "hello" || !this.#ranks.has(message.rank)) {
			socket.destroy();
			return undefined;
		}
		if (this.#joined.has(message.rank)) {
			this.#events.joinedTwice(message.rank, message.pid);
			socket.destroy();
			return undefined;
		}
		this.#joined.add(message.rank);
		this.#sockets.set(message.rank, socket);
		return message.rank;
	}
}
