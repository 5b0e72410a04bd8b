import type { Worker } from "node:worker_threads";
import type { Control } from "../control/control.ts";
import type { AgentToRank, RankToAgent } from "../control/messages.ts";
import type { RankToThread, ThreadToRank } from "./messages.ts";

/** How long a process that ends waits for its thread to pass the last message on, in milliseconds. */
const LEAVE_MS = 6000;

/** The rank's end of the control plane where its own thread is the other end. */
export class ControlThread implements Control {
	readonly first: Promise<ThreadToRank>;
	readonly #worker: Worker;
	readonly #early: AgentToRank[] = [];
	#onMessage: ((message: AgentToRank) => void) | undefined;
	#keepsAlive = true;
	#left = false;

	constructor(worker: Worker) {
		this.#worker = worker;
		this.first = new Promise((resolve, reject) => {
			worker.once("message", resolve);
			worker.once("error", reject);
		});
		worker.on("message", (message: ThreadToRank) => this.#receive(message));
		// A thread must not end with open sockets: ZeroMQ would take the process down with it.
		process.on("exit", () => this.#leave());
	}

	set onMessage(listener: (message: AgentToRank) => void) {
		this.#onMessage = listener;
		for (const message of this.#early.splice(0)) listener(message);
	}

	get keepsAlive(): boolean {
		return this.#keepsAlive;
	}

	set keepsAlive(value: boolean) {
		this.#keepsAlive = value;
		if (value) this.#worker.ref();
		else this.#worker.unref();
	}

	send(message: RankToAgent): void {
		this.#post({ type: "say", message });
	}

	sendSync(message: RankToAgent): void {
		this.#leave(message);
	}

	close(): void {
		this.#leave();
		this.keepsAlive = false;
	}

	#receive(message: ThreadToRank): void {
		if (message.type === "end") process.exit(message.code);
		if (message.type !== "tell") return;
		if (this.#onMessage === undefined) this.#early.push(message.message);
		else this.#onMessage(message.message);
	}

	/** Gives the thread its time to pass on what has been said, and waits for it: this process is about to end. */
	#leave(message?: RankToAgent): void {
		if (this.#left) return;
		this.#left = true;
		const flag = new Int32Array(new SharedArrayBuffer(8));
		this.#post({ type: "leave", flag, ...(message === undefined ? {} : { message }) });
		Atomics.wait(flag, 0, 0, LEAVE_MS);
		// A rank that leaves while others need it has failed, whatever it says.
		if (flag[1] !== 0 && !process.exitCode) process.exitCode = flag[1];
	}

	#post(message: RankToThread): void {
		this.#worker.postMessage(message);
	}
}
