import { MpiError } from "../base/errors.ts";
import type { Progress } from "../progress/progress.ts";
import type { TypedArray } from "../wire/payload.ts";
import type { CartComm, Comm } from "./api/comm.ts";
import type { Message, RecvStatus, Status } from "./api/message.ts";
import type {
	AllgathervOptions,
	AlltoallvOptions,
	CartOptions,
	CollectiveOptions,
	GathervOptions,
	RecvOptions,
	ReduceOptions,
	RootedReduceOptions,
	RootOptions,
	ScattervOptions,
	SendOptions,
	SendrecvOptions,
	SplitOptions,
} from "./api/options.ts";
import * as collectives from "./collective/collectives.ts";
import * as reductions from "./collective/reductions.ts";
import * as vectors from "./collective/vectors.ts";
import { type CommCore, coreOf } from "./core/core.ts";
import * as failures from "./group/agree.ts";
import { cart } from "./group/cart.ts";
import * as groups from "./group/make.ts";
import type { Topology } from "./group/topology.ts";
import { iprobe, mprobe } from "./point-to-point/probe.ts";
import { recv } from "./point-to-point/receive.ts";
import { recvInto } from "./point-to-point/receive-into.ts";
import { send, ssend } from "./point-to-point/send.ts";
import { sendrecv } from "./point-to-point/sendrecv.ts";

/** Context id of world. */
const WORLD = 0;

/** All ranks of the job. */
export function openWorld(progress: Progress): Comm {
	const members = Array.from({ length: progress.size }, (_, rank) => rank);
	return new Communicator(coreOf(progress, progress.openContext(WORLD, "world", members)));
}

/**
 * Comm's operations, each in a file of its own kind; what they mean stands at the interface. The methods hand their
 * promises on as they are: an `async` here would add a promise to every message.
 */
class Communicator implements Comm {
	readonly rank: number;
	readonly size: number;
	readonly name: string;
	readonly #core: CommCore;

	constructor(core: CommCore) {
		this.rank = core.rank;
		this.size = core.size;
		this.name = core.context.name;
		this.#core = core;
	}

	send(value: unknown, options: SendOptions): Promise<void> {
		return send(this.#core, value, options);
	}

	ssend(value: unknown, options: SendOptions): Promise<void> {
		return ssend(this.#core, value, options);
	}

	recv<T = unknown>(options: RecvOptions = {}): Promise<T> {
		return recv(this.#core, options) as Promise<T>;
	}

	recvInto(target: TypedArray, options: RecvOptions = {}): Promise<RecvStatus> {
		return recvInto(this.#core, target, options);
	}

	mprobe(options: RecvOptions = {}): Promise<Message> {
		return mprobe(this.#core, options);
	}

	iprobe(options: RecvOptions = {}): Status | undefined {
		return iprobe(this.#core, options);
	}

	sendrecv<T = unknown>(value: unknown, options: SendrecvOptions): Promise<T> {
		return sendrecv(this.#core, value, options) as Promise<T>;
	}

	barrier(options: CollectiveOptions = {}): Promise<void> {
		return collectives.barrier(this.#core, options);
	}

	bcast<T>(value: T | undefined, options: RootOptions = {}): Promise<T> {
		return collectives.bcast(this.#core, value, options) as Promise<T>;
	}

	scatter<T>(values: readonly T[] | undefined, options: RootOptions = {}): Promise<T> {
		return collectives.scatter(this.#core, values, options) as Promise<T>;
	}

	gather<T>(value: T, options: RootOptions = {}): Promise<T[] | undefined> {
		return collectives.gather(this.#core, value, options) as Promise<T[] | undefined>;
	}

	allgather<T>(value: T, options: CollectiveOptions = {}): Promise<T[]> {
		return collectives.allgather(this.#core, value, options) as Promise<T[]>;
	}

	alltoall<T>(values: readonly T[], options?: CollectiveOptions): Promise<T[]>;
	alltoall<T extends TypedArray>(values: T, options?: CollectiveOptions): Promise<T>;
	alltoall(values: unknown, options: CollectiveOptions = {}): Promise<unknown> {
		return collectives.alltoall(this.#core, values, options);
	}

	reduce<T>(value: T, options: RootedReduceOptions<T>): Promise<T | undefined> {
		return reductions.reduce(this.#core, value, options) as Promise<T | undefined>;
	}

	allreduce<T>(value: T, options: ReduceOptions<T>): Promise<T> {
		return reductions.allreduce(this.#core, value, options) as Promise<T>;
	}

	reduceScatter<T>(values: readonly T[], options: ReduceOptions<T>): Promise<T>;
	reduceScatter<T extends TypedArray>(values: T, options: ReduceOptions<T>): Promise<T>;
	reduceScatter<T>(values: unknown, options: ReduceOptions<T>): Promise<unknown> {
		return reductions.reduceScatter(this.#core, values, options);
	}

	scan<T>(value: T, options: ReduceOptions<T>): Promise<T> {
		return reductions.scan(this.#core, value, options) as Promise<T>;
	}

	exscan<T>(value: T, options: ReduceOptions<T>): Promise<T | undefined> {
		return reductions.exscan(this.#core, value, options) as Promise<T | undefined>;
	}

	scatterv<T extends TypedArray>(array: T | undefined, options: ScattervOptions): Promise<T> {
		return vectors.scatterv(this.#core, array, options) as Promise<T>;
	}

	gatherv<T extends TypedArray>(array: T, options: GathervOptions = {}): Promise<T | undefined> {
		return vectors.gatherv(this.#core, array, options) as Promise<T | undefined>;
	}

	allgatherv<T extends TypedArray>(array: T, options: AllgathervOptions = {}): Promise<T> {
		return vectors.allgatherv(this.#core, array, options) as Promise<T>;
	}

	alltoallv<T extends TypedArray>(array: T, options: AlltoallvOptions): Promise<T> {
		return vectors.alltoallv(this.#core, array, options) as Promise<T>;
	}

	async dup(options: CollectiveOptions = {}): Promise<Comm> {
		return new Communicator(await groups.dup(this.#core, options));
	}

	async split(options: SplitOptions): Promise<Comm | undefined> {
		return wrapped(await groups.split(this.#core, options));
	}

	async splitShared(options: CollectiveOptions = {}): Promise<Comm> {
		return new Communicator(await groups.splitShared(this.#core, options));
	}

	async create(ranks: readonly number[], options: CollectiveOptions = {}): Promise<Comm | undefined> {
		return wrapped(await groups.create(this.#core, ranks, options));
	}

	async cart(options: CartOptions): Promise<CartComm | undefined> {
		const made = await cart(this.#core, options);
		return made === undefined ? undefined : new CartCommunicator(made.core, made.topology);
	}

	free(): void {
		const { progress, context } = this.#core;
		if (context.id === WORLD) {
			throw new MpiError("ERR_COMM", "Cannot free world: it lasts as long as the program");
		}
		context.checkUsable("free");
		progress.free(context);
	}

	get revoked(): boolean {
		return this.#core.context.revoked;
	}

	failed(): number[] {
		return failures.failed(this.#core);
	}

	ackFailed(): number[] {
		return failures.ackFailed(this.#core);
	}

	revoke(): void {
		const { progress, context } = this.#core;
		context.checkUsable("revoke");
		progress.revoke(context);
	}

	agree(flag: boolean): Promise<boolean>;
	agree(flag: number): Promise<number>;
	agree(flag: number | boolean): Promise<number | boolean> {
		return failures.agree(this.#core, flag);
	}

	async shrink(): Promise<Comm> {
		return new Communicator(await failures.shrink(this.#core));
	}
}

function wrapped(core: CommCore | undefined): Comm | undefined {
	return core === undefined ? undefined : new Communicator(core);
}

/** A communicator with a grid. */
class CartCommunicator extends Communicator implements CartComm {
	readonly dims: readonly number[];
	readonly periods: readonly boolean[];
	readonly coords: readonly number[];
	readonly #topology: Topology;

	constructor(core: CommCore, topology: Topology) {
		super(core);
		this.#topology = topology;
		this.dims = topology.dims;
		this.periods = topology.periods;
		this.coords = topology.coordsOf(this.rank);
	}

	shift(dim: number, displacement: number): { source: number; dest: number } {
		return this.#topology.shift(this.rank, dim, displacement);
	}

	rankAt(coords: readonly number[]): number {
		return this.#topology.rankAt(coords);
	}

	coordsOf(rank: number): number[] {
		return this.#topology.coordsOf(rank);
	}
}
