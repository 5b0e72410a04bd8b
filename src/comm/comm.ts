import { ArgumentError, MpiError } from "../base/errors.ts";
import { allgather } from "../collectives/allgather.ts";
import { Context, contextId } from "../progress/context.ts";
import type { Progress } from "../progress/progress.ts";
import { show } from "./arguments.ts";
import type { CollectiveOptions } from "./calling.ts";
import { type CollectiveName, describe } from "./operations.ts";
import { Resilience } from "./resilience.ts";
import { type Topology, topologyOf } from "./topology.ts";

/** How ranks group themselves. */
export interface SplitOptions extends CollectiveOptions {
	/** Ranks of equal colour share a communicator; undefined joins none (MPI_UNDEFINED). */
	readonly color: number | undefined;
	/** Ranks are ordered by key, equal keys by their old rank. @default 0 */
	readonly key?: number;
}

/** Shape of a grid. */
export interface CartOptions extends CollectiveOptions {
	/** Ranks along each dimension. */
	readonly dims: readonly number[];
	/** Whether each dimension is closed to a ring. @default all open */
	readonly periods?: readonly boolean[];
}

/** What each rank tells the others when a communicator is made: which one it joins, its key, a number only it uses. */
type Entry = readonly [color: number | string | undefined, key: number, reserved: number];

/**
 * A group of ranks that exchange messages no other communicator sees. `mpi.world` is the first; the methods below make
 * more. MPI 4.1 chapter 7.
 */
export class Comm extends Resilience {
	/** The same ranks in the same order, with messages of its own. MPI_Comm_dup, MPI 4.1 §7.4.2. */
	async dup(options: CollectiveOptions = {}): Promise<Comm> {
		return (await this.#make("dup", 0, 0, `${this.name}.dup()`, options)) as Comm;
	}

	/**
	 * Ranks of equal colour form a communicator. MPI_Comm_split, MPI 4.1 §7.4.2.
	 *
	 * @returns The own one; undefined for colour undefined.
	 */
	async split(options: SplitOptions): Promise<Comm | undefined> {
		const { color, key = 0 } = options ?? {};
		const name = `${this.name}.split(${color})`;
		return await this.#make("split", color, key, name, options, () => {
			if (color !== undefined && !Number.isInteger(color)) {
				throw new ArgumentError(
					"ERR_ARG",
					`Cannot split with color ${show(color)}: a whole number or undefined is needed`,
				);
			}
			if (!Number.isFinite(key))
				throw new ArgumentError("ERR_ARG", `Cannot split with key ${show(key)}: a number is needed`);
		});
	}

	/** The ranks of this host. MPI_Comm_split_type with MPI_COMM_TYPE_SHARED, MPI 4.1 §7.4.2. */
	async splitShared(options: CollectiveOptions = {}): Promise<Comm> {
		const { node } = this.progress;
		const name = `${this.name}.splitShared(${node})`;
		return (await this.#make("splitShared", node, 0, name, options)) as Comm;
	}

	/**
	 * The listed ranks, in the order of the list. Every rank of this communicator calls it with the same list.
	 * MPI_Comm_create, MPI 4.1 §7.4.2.
	 *
	 * @returns undefined for ranks that are not on the list.
	 */
	async create(ranks: readonly number[], options: CollectiveOptions = {}): Promise<Comm | undefined> {
		const list = Array.isArray(ranks) ? ranks.join(",") : "";
		const key = list === "" ? -1 : ranks.indexOf(this.rank);
		const color = key < 0 ? undefined : list;
		const name = `${this.name}.create([${list}])`;
		return await this.#make("create", color, key, name, options, () => {
			if (!Array.isArray(ranks))
				throw new ArgumentError("ERR_ARG", `Cannot create from ${show(ranks)}: a list of ranks is needed`);
			for (const rank of ranks) {
				if (
					Number.isInteger(rank) &&
					rank >= 0 &&
					rank < this.size &&
					ranks.indexOf(rank) === ranks.lastIndexOf(rank)
				)
					continue;
				const allowed = `ranks are 0 to ${this.size - 1}, each once`;
				throw new ArgumentError("ERR_RANK", `Cannot create with rank ${show(rank)}: ${allowed}`);
			}
		});
	}

	/**
	 * A grid of the first ranks, row by row. MPI_Cart_create, MPI 4.1 §8.5.1.
	 *
	 * @returns undefined for ranks beyond the grid.
	 * @throws {MpiError} ERR_COUNT if the grid needs more ranks than there are.
	 */
	async cart(options: CartOptions): Promise<CartComm | undefined> {
		const { dims, periods } = options ?? {};
		let topology: Topology | undefined;
		const name = `${this.name}.cart(${Array.isArray(dims) ? dims.join("x") : ""})`;
		const inside = () => this.rank < (topology?.size ?? 0);
		const context = await this.#agree(
			"cart",
			() => (inside() ? 0 : undefined),
			0,
			name,
			options,
			() => {
				topology = topologyOf(dims, periods, this.size);
			},
		);
		return context === undefined ? undefined : new CartComm(this.progress, context, topology as Topology);
	}

	/**
	 * The living ranks, in the same order. All of them call it, also on a revoked communicator. MPIX_Comm_shrink (ULFM).
	 *
	 * All get the same members, whoever dies meanwhile. A rank that dies during the call may still be one of them: then
	 * operations of the new communicator reject with ERR_PROC_FAILED, and it can be shrunk in its turn.
	 *
	 * @throws {MpiError} ERR_COMM, ERR_FINALIZED; ERR_OTHER where other ranks call `agree`.
	 */
	async shrink(): Promise<Comm> {
		const { members, id } = await this.agreeOnLiving();
		const context = new Context(id, `${this.name}.shrink()`, members, this.progress.rank, describe);
		this.progress.register(context);
		return new Comm(this.progress, context);
	}

	/** Gives the communicator back: nothing more can be done with it. MPI_Comm_free, MPI 4.1 §7.4.3. */
	free(): void {
		if (this.context.id === 0)
			throw new MpiError("ERR_COMM", "Cannot free world: it lasts as long as the program");
		this.checkUsable("free");
		this.context.closed = (action) =>
			new MpiError("ERR_COMM", `Cannot ${action}: ${this.name} has been freed`);
		this.progress.free(this.context);
	}

	async #make(
		operation: CollectiveName,
		color: number | string | undefined,
		key: number,
		name: string,
		options: CollectiveOptions | undefined,
		check: () => void = () => undefined,
	): Promise<Comm | undefined> {
		const context = await this.#agree(operation, () => color, key, name, options, check);
		return context === undefined ? undefined : new Comm(this.progress, context);
	}

	/** Agrees with the other ranks on who is in which new communicator. */
	#agree(
		operation: CollectiveName,
		color: () => number | string | undefined,
		key: number,
		name: string,
		options: CollectiveOptions | undefined,
		check: () => void,
	): Promise<Context | undefined> {
		return this.call(operation, -1, options, async (channel) => {
			check();
			const own: Entry = [color(), key, this.progress.reserveContext()];
			const entries = (await allgather(channel, own)) as Entry[];
			if (own[0] === undefined) return undefined;
			const members = entries
				.map((entry, rank) => ({ entry, rank }))
				.filter(({ entry }) => entry[0] === own[0])
				.sort((a, b) => a.entry[1] - b.entry[1] || a.rank - b.rank);
			const leader = members[0] as { entry: Entry; rank: number };
			// Unique in the job: no rank reserves a number twice.
			const id = contextId(this.toWorld(leader.rank), leader.entry[2]);
			const worlds = members.map(({ rank }) => this.toWorld(rank));
			const context = new Context(id, name, worlds, this.progress.rank, describe);
			this.progress.register(context);
			return context;
		});
	}
}

/** A communicator whose ranks form a grid. MPI 4.1 §8.5. */
export class CartComm extends Comm {
	/** Ranks along each dimension. */
	readonly dims: readonly number[];
	readonly periods: readonly boolean[];
	/** Own place in the grid. */
	readonly coords: readonly number[];
	readonly #topology: Topology;

	/** @internal */
	constructor(progress: Progress, context: Context, topology: Topology) {
		super(progress, context);
		this.#topology = topology;
		this.dims = topology.dims;
		this.periods = topology.periods;
		this.coords = topology.coordsOf(this.rank);
	}

	/**
	 * Ranks to receive from (`source`) and send to (`dest`) when everything moves along a dimension; PROC_NULL at an open
	 * edge. MPI_Cart_shift, MPI 4.1 §8.5.6.
	 */
	shift(dim: number, displacement: number): { source: number; dest: number } {
		return this.#topology.shift(this.rank, dim, displacement);
	}

	/** Rank at coordinates; PROC_NULL outside of an open dimension. MPI_Cart_rank. */
	rankAt(coords: readonly number[]): number {
		return this.#topology.rankAt(coords);
	}

	/** Coordinates of a rank. MPI_Cart_coords. */
	coordsOf(rank: number): number[] {
		return this.#topology.coordsOf(rank);
	}
}
