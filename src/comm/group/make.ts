import { ArgumentError } from "../../base/errors.ts";
import { allgather } from "../../collectives/allgather.ts";
import type { CollectiveName } from "../../wire/operations.ts";
import type { CollectiveOptions, SplitOptions } from "../api/options.ts";
import { call } from "../collective/call.ts";
import { show } from "../core/arguments.ts";
import { type CommCore, coreOf, toWorld } from "../core/core.ts";

/** Which new communicator a rank joins, and its place there. */
export interface Choice {
	/** Ranks of equal colour share one; undefined joins none. */
	readonly color: number | string | undefined;
	/** Ranks are ordered by key, equal keys by their old rank. */
	readonly key: number;
}

/** How new communicators are made. */
export interface MakeOptions {
	readonly operation: CollectiveName;
	/** What to call the new one. */
	readonly name: string;
	/** As the caller passed them. */
	readonly options: CollectiveOptions;
	/** Checks the arguments, and says what this rank wants. What it throws rejects on every rank. */
	readonly choose: () => Choice;
}

/** What each rank tells the others: its choice, and a number for an id that only it uses. */
type Entry = readonly [color: number | string | undefined, key: number, id: number];

/** Agrees with the other ranks on who is in which new communicator; undefined where this rank is in none. */
export function make(core: CommCore, making: MakeOptions): Promise<CommCore | undefined> {
	const { operation, name, options, choose } = making;
	const { progress } = core;
	return call(core, { name: operation, options }, async (channel) => {
		const { color, key } = choose();
		const own: Entry = [color, key, progress.contexts.reserveId()];
		const entries = (await allgather(channel, own)) as Entry[];
		if (color === undefined) return undefined;
		const members = entries
			.map((entry, rank) => ({ entry, rank }))
			.filter(({ entry }) => entry[0] === color)
			.sort((a, b) => a.entry[1] - b.entry[1] || a.rank - b.rank);
		const leader = members[0] as { entry: Entry; rank: number };
		const worlds = members.map(({ rank }) => toWorld(core, rank));
		return coreOf(progress, progress.openContext(leader.entry[2], name, worlds));
	});
}

export async function dup(core: CommCore, options: CollectiveOptions): Promise<CommCore> {
	const name = `${core.context.name}.dup()`;
	const choose = () => ({ color: 0, key: 0 });
	return (await make(core, { operation: "dup", name, options, choose })) as CommCore;
}

export function split(core: CommCore, options: SplitOptions): Promise<CommCore | undefined> {
	const { color, key = 0 } = options ?? {};
	const name = `${core.context.name}.split(${String(color)})`;
	const choose = () => {
		if (color !== undefined && !Number.isInteger(color)) {
			throw new ArgumentError(
				"ERR_ARG",
				`Cannot split with color ${show(color)}: a whole number or undefined is needed`,
			);
		}
		if (!Number.isFinite(key)) {
			throw new ArgumentError("ERR_ARG", `Cannot split with key ${show(key)}: a number is needed`);
		}
		return { color, key };
	};
	return make(core, { operation: "split", name, options, choose });
}

export async function splitShared(core: CommCore, options: CollectiveOptions): Promise<CommCore> {
	const { node } = core.progress;
	const name = `${core.context.name}.splitShared(${node})`;
	const choose = () => ({ color: node, key: 0 });
	return (await make(core, { operation: "splitShared", name, options, choose })) as CommCore;
}

export function create(
	core: CommCore,
	ranks: readonly number[],
	options: CollectiveOptions,
): Promise<CommCore | undefined> {
	const list = Array.isArray(ranks) ? ranks.map(String).join(",") : "";
	const choose = () => {
		checkRanks(ranks, core.size);
		const key = ranks.indexOf(core.rank);
		return { color: key < 0 ? undefined : list, key };
	};
	return make(core, { operation: "create", name: `${core.context.name}.create([${list}])`, options, choose });
}

function checkRanks(ranks: unknown, size: number): asserts ranks is readonly number[] {
	if (!Array.isArray(ranks)) {
		throw new ArgumentError("ERR_ARG", `Cannot create from ${show(ranks)}: a list of ranks is needed`);
	}
	const isRank = (rank: unknown) =>
		Number.isInteger(rank) && (rank as number) >= 0 && (rank as number) < size;
	for (const rank of ranks) {
		if (isRank(rank) && ranks.indexOf(rank) === ranks.lastIndexOf(rank)) continue;
		const allowed = `ranks are 0 to ${size - 1}, each once`;
		throw new ArgumentError("ERR_RANK", `Cannot create with rank ${show(rank)}: ${allowed}`);
	}
}
