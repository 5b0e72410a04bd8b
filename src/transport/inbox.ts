import { whole } from "./tcp.ts";
import { Pull } from "./zeromq.ts";

/** How long a receive stays armed before it is looked at again, in milliseconds. */
export const TICK_MS = 200;

/** The layer above. */
export interface FrameListener {
	/** Takes the parts of one frame; must not throw. */
	receive(parts: readonly Buffer[]): void;
}

/** Told when no message has come for a while. */
export interface IdleListener {
	/** Called after each tick (TICK_MS) without a message; listening goes on once its promise resolves. */
	onIdle(): Promise<void> | undefined;
}

/**
 * Where all peers' frames arrive. It listens only while somebody waits: a receive in progress keeps Node's event loop
 * alive, and a program that waits for nothing must be able to end.
 */
export class Inbox {
	readonly #socket = new Pull({ receiveHighWaterMark: 0, receiveTimeout: TICK_MS, linger: 0 });
	readonly #listener: FrameListener;
	readonly #idle: IdleListener;
	#wanted = false;
	#listening = false;

	constructor(listener: FrameListener, idle: IdleListener) {
		this.#listener = listener;
		this.#idle = idle;
	}

	/**
	 * Binds and returns the address that peers connect to.
	 *
	 * @param options Socket options that hold for this address and those that are bound later.
	 */
	async bind(address: string, options: object = {}): Promise<string> {
		quietly(() => Object.assign(this.#socket, options));
		await this.#socket.bind(address);
		return this.#socket.lastEndpoint ?? address;
	}

	/** Whether somebody waits for a message. */
	set wanted(value: boolean) {
		this.#wanted = value;
		if (value && !this.#listening) void this.#listen();
	}

	close(): void {
		this.#wanted = false;
		this.#socket.close();
	}

	async #listen(): Promise<void> {
		this.#listening = true;
		while (this.#wanted && !this.#socket.closed) {
			let parts: Buffer[] | undefined;
			try {
				parts = (await this.#socket.receive()) as Buffer[];
			} catch (error) {
				if ((error as NodeJS.ErrnoException).code !== "EAGAIN") break;
			}
			if (parts !== undefined) this.#listener.receive(whole(parts));
			else await this.#idle.onIdle();
		}
		this.#listening = false;
	}
}

/** Without zeromq.js's warning that an option holds only for what is bound from now on: that is what we want. */
function quietly(change: () => void): void {
	const { emitWarning } = process;
	process.emitWarning = () => undefined;
	try {
		change();
	} finally {
		process.emitWarning = emitWarning;
	}
}
