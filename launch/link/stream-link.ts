import type { Readable, Writable } from "node:stream";
import { chunkFrames, FrameReader, messageFrame, PING } from "./frames.ts";
import { LEASE_SECONDS, Lease } from "./lease.ts";
import type { Link } from "./link.ts";
import { type MessageType, URGENCY } from "./urgency.ts";

interface Message {
	readonly type: MessageType;
	readonly chunk?: Uint8Array;
}

/**
 * A link over a pair of byte streams, with a lease on the other side.
 *
 * What controls the job is written at once. Bulk waits until the stream takes it, piece by piece, so that an order
 * never stands behind more than the stream's own buffer.
 */
export class StreamLink<Out extends Message, In extends Message> implements Link<Out, In> {
	readonly #writable: Writable;
	readonly #reader = new FrameReader();
	readonly #bulk: Out[] = [];
	readonly #lease: Lease;
	readonly #early: In[] = [];
	#frames: Iterator<Uint8Array[]> | undefined;
	#onMessage: ((message: In) => void) | undefined;
	#onClose: ((lost?: string) => void) | undefined;
	#closing = false;
	/** How it ended; an empty text: in order. */
	#end: string | undefined;

	constructor(readable: Readable, writable: Writable) {
		this.#writable = writable;
		this.#lease = new Lease({
			ping: () => this.#write([PING]),
			lost: () => this.#ended(`nothing has been heard of it for ${LEASE_SECONDS} s`),
		});
		const ended = () => this.#ended(this.#closing ? "" : "the connection to its agent has ended");
		readable.on("data", (data: Buffer) => this.#receive(data));
		for (const event of ["end", "close", "error"]) readable.on(event, ended);
		for (const event of ["close", "error"]) writable.on(event, ended);
		writable.on("drain", () => this.#writeBulk());
		// It may have been paused, so that nothing is lost before there is a listener.
		readable.resume();
	}

	send = (message: Out): void => {
		if (URGENCY[message.type] === "control") {
			this.#write([messageFrame(message)]);
			return;
		}
		this.#bulk.push(message);
		this.#writeBulk();
	};

	onMessage = (listener: (message: In) => void): void => {
		for (const message of this.#early.splice(0)) listener(message);
		this.#onMessage = listener;
	};

	onClose = (listener: (lost?: string) => void): void => {
		if (this.#end === undefined) this.#onClose = listener;
		else listener(this.#end || undefined);
	};

	close = (): void => {
		this.#closing = true;
		this.#writeBulk();
	};

	/** The other side is about to be stopped, and will be silent until it goes on. */
	hold(): void {
		this.#lease.hold();
	}

	#receive(data: Buffer): void {
		this.#lease.heard();
		try {
			for (const received of this.#reader.push(data)) {
				if (received === undefined) continue;
				const message = received as unknown as In;
				if (this.#onMessage === undefined) this.#early.push(message);
				else this.#onMessage(message);
			}
		} catch (error) {
			if (!(error instanceof SyntaxError || error instanceof RangeError)) throw error;
			this.#ended(`it sent what is not understood: ${error.message}`);
		}
	}

	#writeBulk(): void {
		while (this.#end === undefined && !this.#writable.writableNeedDrain) {
			if (this.#frames === undefined) {
				const message = this.#bulk.shift();
				if (message === undefined) break;
				this.#frames = chunkFrames(message, message.chunk ?? new Uint8Array());
			}
			const next = this.#frames.next();
			if (next.done === true) this.#frames = undefined;
			else this.#write(next.value);
		}
		if (this.#closing && this.#frames === undefined && this.#bulk.length === 0) this.#writable.end();
	}

	#write(parts: readonly Uint8Array[]): void {
		if (this.#end !== undefined || this.#writable.writableEnded) return;
		this.#writable.cork();
		for (const part of parts) this.#writable.write(part);
		this.#writable.uncork();
	}

	#ended(how: string): void {
		if (this.#end !== undefined) return;
		this.#end = how;
		this.#lease.end();
		this.#writable.destroy();
		this.#onClose?.(how || undefined);
	}
}
