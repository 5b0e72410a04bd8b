import { describeValue, unknownKey } from "../base/check-options.ts";
import { ArgumentError, type Comm, MpiError } from "../index.ts";
import { freeChannels, openChannels, ROOT } from "./channels.ts";
import { Pool } from "./pool.ts";
import { TaskQueue } from "./task-queue.ts";
import type { Tasks } from "./tasks.ts";
import { type Task, work } from "./work.ts";

/** Keeps the tags of a table of any length below TAG_UB. */
const MOST = 10_000;

/** How a pool shares out its tasks. Those of rank 0 count. */
export interface PoolOptions {
	/** Tasks that a worker has at the same time: more than one helps where they wait for something. @default 1 */
	readonly inflight?: number;
	/** How often a task is tried again whose worker has died, with `tsmpirun --on-failure continue`. @default 2 */
	readonly retries?: number;
}

/**
 * Makes the other ranks workers of rank 0, as mpi4py's MPICommExecutor does. Collective. In a world of one, rank 0 runs
 * the tasks itself; with more ranks it only directs. Example: `examples/pool.js`.
 *
 * @param place What `init` gave, or a communicator whose ranks form the pool. The pool's messages are apart from it.
 * @param tasks What can be run, by name; functions cannot be sent, so every rank passes the same table.
 * @returns Rank 0: the pool, at once. The others work until it is closed, and then get undefined.
 * @throws {MpiError} on every rank: ERR_ARG if the ranks pass tables of different names, or for options that cannot be
 *   used. Workers: ERR_PROC_FAILED if rank 0 dies.
 */
export async function openPool<T extends Tasks>(
	place: Comm | { readonly world: Comm },
	tasks: T,
	options: PoolOptions = {},
): Promise<Pool<T> | undefined> {
	const comm = commOf(place);
	const names = await agree(comm, tasks, options);
	const channels = await openChannels(comm);
	const run = names.map((name) => tasks[name] as Task);
	if (comm.rank !== ROOT) {
		await work(channels, run);
		freeChannels(channels);
		return undefined;
	}
	const others = Array.from({ length: comm.size - 1 }, (_, index) => index + 1);
	const { inflight = 1, retries = 2 } = options;
	const ranks = others.length > 0 ? others : [ROOT];
	const queue = new TaskQueue(channels, { ranks, taskCount: names.length, inflight, retries });
	// Not awaited: rank 0 works for itself until the pool is closed. Nothing can reject it, for no other rank can die.
	if (others.length === 0) void work(channels, run);
	return new Pool<T>(channels, queue, names);
}

function commOf(place: unknown): Comm {
	const comm: unknown = isObject(place) && "world" in place ? place.world : place;
	if (isObject(comm) && "allgather" in comm && "dup" in comm) return comm as unknown as Comm;
	const text = `Cannot open a pool on ${describeValue(place)}: what init() gave, or a communicator, is needed`;
	throw new ArgumentError("ERR_ARG", text);
}

/** What each rank tells the others: the names of its tasks, or why it cannot take part. */
type Entry = { readonly names: readonly string[] } | { readonly problem: string };

/** Checks the arguments of all ranks; they all go on with the same sorted names, or all throw. */
async function agree(comm: Comm, tasks: unknown, options: unknown): Promise<readonly string[]> {
	const problem = problemWith(tasks, options);
	const own: Entry = problem === undefined ? { names: Object.keys(tasks as Tasks).sort() } : { problem };
	const entries = await comm.allgather<Entry>(own);
	if ("problem" in own) throw new ArgumentError("ERR_ARG", `Cannot open a pool: ${own.problem}`);
	const list = (names: readonly string[]) => names.map((name) => JSON.stringify(name)).join(", ");
	for (const [rank, entry] of entries.entries()) {
		if ("problem" in entry) {
			throw new MpiError("ERR_ARG", `Rank ${rank} failed: Cannot open a pool: ${entry.problem}`);
		}
		if (list(entry.names) === list(own.names)) continue;
		const text = `rank ${rank} has the tasks ${list(entry.names)}, and rank ${comm.rank} ${list(own.names)}`;
		throw new ArgumentError("ERR_ARG", `Cannot open a pool: ${text}`);
	}
	return own.names;
}

function isObject(value: unknown): value is object {
	return typeof value === "object" && value !== null;
}

function problemWith(tasks: unknown, options: unknown): string | undefined {
	if (!isObject(tasks)) return "a table of tasks is needed, such as { square: (x) => x * x }";
	const entries = Object.entries(tasks);
	if (entries.length === 0) return "its table of tasks is empty";
	const wrong = entries.find(([, task]) => typeof task !== "function");
	if (wrong !== undefined) return `task ${JSON.stringify(wrong[0])} is not a function`;
	const wrongKey = unknownKey(options, ["inflight", "retries"]);
	if (wrongKey !== undefined) return wrongKey;
	const { inflight = 1, retries = 2 } = options as { inflight?: unknown; retries?: unknown };
	const whole = (value: unknown, least: number) =>
		Number.isInteger(value) && (value as number) >= least && (value as number) <= MOST;
	if (!whole(inflight, 1))
		return `inflight is ${describeValue(inflight)}, and must be a whole number from 1 to ${MOST}`;
	if (!whole(retries, 0))
		return `retries is ${describeValue(retries)}, and must be a whole number from 0 to ${MOST}`;
	return undefined;
}
