import { writeSync } from "node:fs";
import { connect, type Socket } from "node:net";
import { MpiError } from "../base/errors.ts";
import type { Control } from "./control.ts";
import type { AgentToRank, RankToAgent } from "./messages.ts";

/** The rank's end of the control plane: a unix socket to the agent of its host. */
export class ControlSocket implements Control {
	readonly #socket: Socket;
	readonly #onMessage: (message: AgentToRank) => void;
	#partial = "";
	#keepsAlive = true;

	private constructor(socket: Socket, onMessage: (message: AgentToRank) => void, onLost: () => void) {
		this.#socket = socket;
		this.#onMessage = onMessage;
		socket.setEncoding("utf8");
		socket.on("data", (text: string) => this.#read(text));
		socket.on("error", () => undefined);
		socket.on("close", onLost);
	}

	/**
	 * Connects to the agent.
	 *
	 * @param onLost Called when the connection ends without `close`: the launcher is gone.
	 */
	static async connect(
		path: string,
		onMessage: (message: AgentToRank) => void,
		onLost: () => void,
	): Promise<ControlSocket> {
		const socket = connect(path);
		await new Promise<void>((resolve, reject) => {
			socket.once("connect", resolve);
			socket.once("error", (cause) => {
				reject(
					new MpiError("ERR_OTHER", `Cannot join the job: tsmpirun does not answer at ${path}`, { cause }),
				);
			});
		});
		socket.removeAllListeners("error");
		return new ControlSocket(socket, onMessage, onLost);
	}

	/** Whether the connection keeps the event loop alive: only while this rank waits for the launcher's word. */
	get keepsAlive(): boolean {
		return this.#keepsAlive;
	}

	set keepsAlive(value: boolean) {
		this.#keepsAlive = value;
		if (value) this.#socket.ref();
		else this.#socket.unref();
	}

	send(message: RankToAgent): void {
		this.#socket.write(`${JSON.stringify(message)}\n`);
	}

	/** Writes while the process exits: nothing asynchronous would happen any more. */
	sendSync(message: RankToAgent): void {
		const handle = (this.#socket as unknown as { _handle?: { fd?: number } })._handle;
		if (handle?.fd === undefined || handle.fd < 0) return;
		try {
			writeSync(handle.fd, `${JSON.stringify(message)}\n`);
		} catch {
			// The agent sees the exit itself; this message only explains it.
		}
	}

	close(): void {
		this.#socket.removeAllListeners("close");
		this.#socket.end();
		this.#socket.unref();
	}

	#read(text: string): void {
		const lines = (this.#partial + text).split("\n");
		this.#partial = lines.pop() as string;
		for (const line of lines) this.#onMessage(JSON.parse(line) as AgentToRank);
	}
}
