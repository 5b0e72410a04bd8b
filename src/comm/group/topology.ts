import { PROC_NULL } from "../../base/constants.ts";
import { ArgumentError } from "../../base/errors.ts";
import { show } from "../core/arguments.ts";

/** A grid of ranks in row-major order, open or closed in each dimension. Pure arithmetic. MPI 4.1 §8.5. */
export class Topology {
	/** Ranks along each dimension. */
	readonly dims: readonly number[];
	/** Whether each dimension is closed to a ring. */
	readonly periods: readonly boolean[];

	constructor(dims: readonly number[], periods: readonly boolean[]) {
		this.dims = dims;
		this.periods = periods;
	}

	/** How many ranks the grid has. */
	get size(): number {
		return this.dims.reduce((product, dim) => product * dim, 1);
	}

	/** Coordinates of a rank. MPI_Cart_coords. */
	coordsOf(rank: number): number[] {
		if (!Number.isInteger(rank) || rank < 0 || rank >= this.size) {
			const allowed = this.size === 1 ? "the only rank is 0" : `ranks are 0 to ${this.size - 1}`;
			throw new ArgumentError("ERR_RANK", `Cannot tell the coordinates of rank ${show(rank)}: ${allowed}`);
		}
		const coords: number[] = [];
		let rest = rank;
		for (const dim of [...this.dims].reverse()) {
			coords.unshift(rest % dim);
			rest = Math.floor(rest / dim);
		}
		return coords;
	}

	/** Rank at coordinates; PROC_NULL outside of an open dimension. MPI_Cart_rank. */
	rankAt(coords: readonly number[]): number {
		if (!Array.isArray(coords) || coords.length !== this.dims.length || !coords.every(Number.isInteger)) {
			const allowed = `${this.dims.length} whole numbers are needed, one per dimension`;
			throw new ArgumentError("ERR_ARG", `Cannot tell the rank at ${listText(coords)}: ${allowed}`);
		}
		let rank = 0;
		for (const [i, dim] of this.dims.entries()) {
			const at = coords[i] as number;
			const wrapped = this.periods[i] ? ((at % dim) + dim) % dim : at;
			if (wrapped < 0 || wrapped >= dim) return PROC_NULL;
			rank = rank * dim + wrapped;
		}
		return rank;
	}

	/** The two ranks of a shift, as seen from `rank`. MPI_Cart_shift. */
	shift(rank: number, dim: number, displacement: number): { source: number; dest: number } {
		if (!Number.isInteger(dim) || dim < 0 || dim >= this.dims.length) {
			const allowed =
				this.dims.length === 1 ? "the only dimension is 0" : `dimensions are 0 to ${this.dims.length - 1}`;
			throw new ArgumentError("ERR_ARG", `Cannot shift along dimension ${show(dim)}: ${allowed}`);
		}
		if (!Number.isInteger(displacement)) {
			throw new ArgumentError("ERR_ARG", `Cannot shift by ${show(displacement)}: a whole number is needed`);
		}
		const moved = (by: number) => this.rankAt(this.coordsOf(rank).map((at, i) => (i === dim ? at + by : at)));
		return { source: moved(-displacement), dest: moved(displacement) };
	}
}

/** Checks the arguments of `cart` and makes its grid. */
export function topologyOf(dims: unknown, periods: unknown, size: number): Topology {
	const whole = (value: unknown) => Number.isInteger(value) && (value as number) > 0;
	if (!Array.isArray(dims) || dims.length === 0 || !dims.every(whole)) {
		throw new ArgumentError(
			"ERR_ARG",
			`Cannot make a grid of ${listText(dims)}: dims are whole numbers from 1 up`,
		);
	}
	const boolean = (value: unknown) => typeof value === "boolean";
	const isPerDim = Array.isArray(periods) && periods.length === dims.length && periods.every(boolean);
	if (periods !== undefined && !isPerDim) {
		throw new ArgumentError(
			"ERR_ARG",
			`Cannot make a grid with periods ${listText(periods)}: one boolean per dimension is needed`,
		);
	}
	const topology = new Topology([...dims], isPerDim ? [...periods] : dims.map(() => false));
	if (topology.size > size) {
		const grid = dims.join(" x ");
		throw new ArgumentError(
			"ERR_COUNT",
			`Cannot make a grid of ${grid}: it needs ${topology.size} ranks and there are ${size}`,
		);
	}
	return topology;
}

/** A list as it stands in an error message. */
function listText(value: unknown): string {
	return Array.isArray(value) ? `[${value.map(show).join(", ")}]` : show(value);
}
