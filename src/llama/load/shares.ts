/** Which part of a load a rank has, so that all ranks together have all of it. */
export interface Share {
	/** Sessions that it runs at a time; infinity: no limit. */
	readonly lanes: number;
	/** The numbers of its sessions, ascending. */
	readonly sessions: () => Generator<number, void, undefined>;
}

/** Whose share, of what. */
export interface ShareOptions {
	readonly rank: number;
	readonly size: number;
	/** Sessions of all ranks at a time; undefined: no limit. */
	readonly concurrency: number | undefined;
	/** Sessions of all ranks; may be infinity. */
	readonly total: number;
}

/**
 * Deals sessions to lanes and lanes to ranks in turn: a rank with more lanes gets more sessions, and all end about
 * together.
 */
export function shareOf({ rank, size, concurrency, total }: ShareOptions): Share {
	// Without a limit each rank counts as one lane.
	const all = concurrency ?? size;
	const own = Math.floor(all / size) + (rank < all % size ? 1 : 0);
	return {
		lanes: concurrency === undefined ? Number.POSITIVE_INFINITY : own,
		*sessions() {
			for (let base = 0; base < total; base += all) {
				for (let lane = rank; lane < all && base + lane < total; lane += size) yield base + lane;
			}
		},
	};
}
