import { ANY_SOURCE, ANY_TAG, PROC_NULL } from "../base/constants.ts";
import { ArgumentError, MpiError, RevokedError, TruncateError } from "../base/errors.ts";
import type { Arrival } from "../progress/arrival.ts";
import type { Posted } from "../progress/matching.ts";
import type { Pending } from "../progress/pending.ts";
import { Wait } from "../progress/wait.ts";
import {
	bytesOf,
	decode,
	encode,
	isTypedArray,
	kindName,
	kindOf,
	sameElements,
	type TypedArray,
} from "../wire/payload.ts";
import { checkDest, checkOptions, checkRecvTag, checkSendTag, checkSource, show } from "./arguments.ts";
import { CommBase } from "./base.ts";
import type { Message, RecvStatus, Status } from "./message.ts";

/** Where a message goes. */
export interface SendOptions {
	/** Rank of the receiver in this communicator, or PROC_NULL. */
	readonly dest: number;
	/** 0 to TAG_UB. @default 0 */
	readonly tag?: number;
	/** Gives the send up; the message may still arrive, and the caller's memory is free. */
	readonly signal?: AbortSignal | undefined;
}

/** Which message to take. */
export interface RecvOptions {
	/** Rank of the sender in this communicator, ANY_SOURCE or PROC_NULL. @default ANY_SOURCE */
	readonly source?: number;
	/** A tag or ANY_TAG. @default ANY_TAG */
	readonly tag?: number;
	/** Gives the receive up; no message is lost by it. A deadline is `AbortSignal.timeout(ms)`. */
	readonly signal?: AbortSignal | undefined;
}

/** Both halves of a `sendrecv`. */
export interface SendrecvOptions {
	readonly dest: number;
	/** @default 0 */
	readonly sendTag?: number;
	/** @default ANY_SOURCE */
	readonly source?: number;
	/** @default ANY_TAG */
	readonly recvTag?: number;
	readonly signal?: AbortSignal | undefined;
}

/** A matched message and its payload. */
interface Received {
	readonly arrival: Arrival;
	readonly bytes: Uint8Array;
}

const FROM_NOBODY: Status = { source: PROC_NULL, tag: ANY_TAG, byteLength: 0 };

/** Messages between two ranks. MPI 4.1 chapter 3. */
export class PointToPoint extends CommBase {
	/**
	 * Sends a value. Resolves once the caller may reuse its memory: at once while the message is small and few of its
	 * like are unreceived, else when the receiver has matched it. Says nothing about the receiver's program.
	 *
	 * Not awaiting it is MPI_Isend: messages to one rank keep the order of the calls (MPI 4.1 §3.5).
	 * MPI_Send, MPI 4.1 §3.2.1. Example: `examples/ring.js`.
	 *
	 * @param value A typed array, ArrayBuffer or Buffer (travels as raw bytes) or anything structured-clonable. Inside of
	 *   objects, as structuredClone has it, instances of classes arrive as plain objects and a Buffer as a Uint8Array; -0
	 *   arrives there as 0, and an Error with the stack of its arrival.
	 * @throws {MpiError} ERR_RANK, ERR_TAG, ERR_TYPE for a value that cannot be packed, ERR_PROC_FAILED, ERR_FINALIZED.
	 */
	async send(value: unknown, options: SendOptions): Promise<void> {
		return await this.#send("send", value, options, false);
	}

	/**
	 * Sends a value and resolves only once the receiver has matched it. MPI_Ssend, MPI 4.1 §3.4.
	 *
	 * @throws {MpiError} as `send`.
	 */
	async ssend(value: unknown, options: SendOptions): Promise<void> {
		return await this.#send("ssend", value, options, true);
	}

	/**
	 * Receives a value: of the first message that matches, in the order the sender sent them. MPI_Recv, MPI 4.1 §3.2.4.
	 * Not awaiting it is MPI_Irecv: receives match in the order of the calls.
	 *
	 * @returns The value, equal to what was sent; `T` is the caller's word for its type. From PROC_NULL: undefined.
	 * @throws {MpiError} ERR_RANK, ERR_TAG, ERR_PROC_FAILED if the sender is gone, ERR_FINALIZED; the signal's reason.
	 */
	async recv<T = unknown>(options: RecvOptions = {}): Promise<T> {
		const received = await this.#receive("recv", options);
		return (received === undefined ? undefined : decode(received.arrival.kind, received.bytes)) as T;
	}

	/**
	 * Receives a message of raw bytes into the caller's memory. MPI_Recv with a buffer.
	 *
	 * @param target A typed array of the type that was sent, long enough.
	 * @throws {TruncateError} if the message is longer; it is received and lost, as in MPI.
	 * @throws {MpiError} ERR_TYPE if another type was sent, and as `recv`.
	 */
	async recvInto(target: TypedArray, options: RecvOptions = {}): Promise<RecvStatus> {
		if (!isTypedArray(target)) {
			throw new ArgumentError("ERR_TYPE", `Cannot receive into ${show(target)}: a typed array is needed`);
		}
		const received = await this.#receive("recvInto", options);
		if (received === undefined) return { ...FROM_NOBODY, count: 0 };
		const { arrival, bytes } = received;
		const kind = kindOf(target);
		if (!sameElements(kind, arrival.kind)) {
			const sent = kindName(arrival.kind);
			throw new ArgumentError(
				"ERR_TYPE",
				`Cannot receive a ${sent} into a ${kindName(kind)}: the types must be equal`,
			);
		}
		if (arrival.size > target.byteLength) throw new TruncateError(target.byteLength, arrival.size);
		bytesOf(target).set(bytes);
		return { ...this.#status(arrival), count: arrival.size / target.BYTES_PER_ELEMENT };
	}

	/**
	 * Waits for a message and takes it out of the queue without receiving it yet. MPI_Mprobe, MPI 4.1 §3.8.2.
	 *
	 * @throws {MpiError} as `recv`.
	 */
	async mprobe(options: RecvOptions = {}): Promise<Message> {
		const arrival = await this.#match<Arrival>("mprobe", options, (found, wait) => wait.resolve(found));
		if (arrival === undefined) return { ...FROM_NOBODY, recv: async <T>() => undefined as T };
		let taken = false;
		const recv = async <T>(): Promise<T> => {
			if (taken) throw new MpiError("ERR_ARG", "Cannot receive this message: it has been received already");
			if (this.context.revoked) throw new RevokedError("receive this message", this.name);
			taken = true;
			return decode(arrival.kind, await this.#payload(arrival)) as T;
		};
		return { ...this.#status(arrival), recv };
	}

	/**
	 * Tells at once whether a message is here that `recv` would get, and leaves it there. MPI_Iprobe, MPI 4.1 §3.8.1.
	 * A message that arrived a moment ago may need one turn of the event loop to be seen.
	 *
	 * @throws {MpiError} as `recv`.
	 */
	iprobe(options: RecvOptions = {}): Status | undefined {
		checkOptions("iprobe", options, "{ source: 1 }");
		const { source = ANY_SOURCE, tag = ANY_TAG } = options;
		this.checkOpen("probe");
		checkSource(source, this.size);
		checkRecvTag(tag);
		if (source === PROC_NULL) return FROM_NOBODY;
		const arrival = this.context.matching.peek(this.toWorld(source), tag);
		if (arrival !== undefined) return this.#status(arrival);
		this.progress.poke();
		const gone = this.goneError("probe", this.toWorld(source));
		if (gone !== undefined) throw gone;
		return undefined;
	}

	/**
	 * Sends one value and receives another at the same time, which cannot deadlock. MPI_Sendrecv, MPI 4.1 §3.11.
	 *
	 * @returns The value received.
	 * @throws {MpiError} as `send` and `recv`.
	 */
	async sendrecv<T = unknown>(value: unknown, options: SendrecvOptions): Promise<T> {
		checkOptions("sendrecv", options, "{ dest: 1 }");
		const { dest, sendTag = 0, source = ANY_SOURCE, recvTag = ANY_TAG, signal } = options;
		checkSource(source, this.size);
		checkRecvTag(recvTag);
		const stop = new AbortController();
		const signals = signal === undefined ? stop.signal : AbortSignal.any([signal, stop.signal]);
		const send = async () => {
			try {
				await this.#send("sendrecv", value, { dest, tag: sendTag, signal }, false);
			} catch (error) {
				stop.abort(error);
				throw error;
			}
		};
		const sent = send();
		const received = this.#receive(
			"sendrecv",
			{ source, tag: recvTag, signal: signals },
			signal !== undefined,
		);
		const [, got] = await Promise.all([sent, received]);
		return (got === undefined ? undefined : decode(got.arrival.kind, got.bytes)) as T;
	}

	async #send(name: string, value: unknown, options: SendOptions, synchronous: boolean): Promise<void> {
		checkOptions(name, options, "{ dest: 1 }");
		const { dest, tag = 0, signal } = options;
		this.checkOpen("send");
		checkDest(dest, this.size);
		checkSendTag(tag);
		const payload = encode(value);
		if (dest === PROC_NULL) return;
		const header = { context: this.context.id, operation: 0, tag, root: -1 };
		await this.deliver(name, payload, this.toWorld(dest), header, { synchronous, signal });
	}

	/** Matches a message and waits for its payload; undefined from PROC_NULL. */
	#receive(name: string, options: RecvOptions, abortable?: boolean): Promise<Received | undefined> {
		const take = (arrival: Arrival, wait: Wait<Received>) =>
			this.progress.accept(arrival, {
				resolve: (bytes) => wait.resolve({ arrival, bytes }),
				reject: (error) => wait.reject(error),
			});
		return this.#match(name, options, take, abortable);
	}

	/**
	 * Posts a receive.
	 *
	 * @param take Called with the message that matches; settles the wait.
	 */
	async #match<R>(
		name: string,
		options: RecvOptions,
		take: (arrival: Arrival, wait: Wait<R>) => void,
		abortable = options?.signal !== undefined,
	): Promise<R | undefined> {
		checkOptions(name, options, "{ source: 1 }");
		const { source = ANY_SOURCE, tag = ANY_TAG, signal } = options;
		this.checkOpen("receive");
		checkSource(source, this.size);
		checkRecvTag(tag);
		signal?.throwIfAborted();
		if (source === PROC_NULL) return undefined;
		const world = this.toWorld(source);
		const { matching } = this.context;
		const waiting = this.progress.pending;
		let pending: Pending | undefined;
		const wait = new Wait<R>(() => {
			if (pending !== undefined) waiting.end(pending);
			signal?.removeEventListener("abort", onAbort);
		});
		const posted: Posted = {
			source: world,
			tag,
			take: (arrival) => take(arrival, wait),
			reject: (error) => wait.reject(error),
		};
		// Too late once a message has matched: MPI_Cancel lets such a receive complete.
		const onAbort = () => {
			if (matching.cancel(posted)) wait.reject(signal?.reason);
		};
		const matched = matching.post(posted);
		if (wait.settled) return await wait.done();
		const gone = matched ? undefined : this.goneError("receive", world);
		if (gone !== undefined) {
			matching.cancel(posted);
			throw gone;
		}
		pending = this.#pending(name, world, tag, abortable, wait);
		waiting.begin(pending);
		signal?.addEventListener("abort", onAbort, { once: true });
		return await wait.done();
	}

	/** Waits for the payload of a message that is matched already. */
	#payload(arrival: Arrival): Promise<Uint8Array> {
		const waiting = this.progress.pending;
		const wait = new Wait<Uint8Array>(() => waiting.end(pending));
		const pending = this.#pending("recv", arrival.source, arrival.tag, false, wait);
		waiting.begin(pending);
		this.progress.accept(arrival, {
			resolve: (bytes) => wait.resolve(bytes),
			reject: (error) => wait.reject(error),
		});
		return wait.done();
	}

	#pending(
		operation: string,
		source: number,
		tag: number,
		abortable: boolean,
		wait: Pending["wait"],
	): Pending {
		return {
			operation,
			communicator: this.name,
			peers: source === ANY_SOURCE ? [] : [source],
			tag: tag === ANY_TAG ? undefined : tag,
			abortable,
			wait,
			since: performance.now(),
		};
	}

	#status(arrival: Arrival): Status {
		return { source: this.context.rankOf(arrival.source), tag: arrival.tag, byteLength: arrival.size };
	}
}
