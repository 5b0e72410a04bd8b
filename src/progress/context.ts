import type { Agreements } from "./agreements.ts";
import type { Arrival } from "./arrival.ts";
import { Calls, type Describe } from "./calls.ts";
import { Matching } from "./matching.ts";

/** A counter of one rank and the rank itself in one number: unique in the job without asking anybody. */
export function contextId(leader: number, count: number): number {
	return leader * 2 ** 32 + count;
}

/** What a communicator keeps apart from all others: its members and their messages. */
export class Context {
	readonly id: number;
	/** For people: "world", "world.split(1)". */
	readonly name: string;
	/** World ranks of the members, in rank order. */
	readonly members: readonly number[];
	readonly matching = new Matching();
	readonly calls: Calls;
	/** Set when it is registered: what has to be agreed on whoever dies. */
	agreements: Agreements | undefined;
	/** Why nothing may be done with it any more. */
	closed: ((action: string) => Error) | undefined;
	/** Only what deals with failures may be done with it. */
	revoked = false;
	/** World ranks of failed members that wildcard receives do not wait for any more. */
	readonly acknowledged = new Set<number>();
	readonly #ranks: ReadonlyMap<number, number>;

	/** @param self Own world rank. */
	constructor(id: number, name: string, members: readonly number[], self: number, describe: Describe) {
		this.id = id;
		this.name = name;
		this.members = members;
		this.calls = new Calls(self, describe);
		this.#ranks = new Map(members.map((world, rank) => [world, rank]));
	}

	/** The rank in this communicator that a world rank has, -1 for none. */
	rankOf(world: number): number {
		return this.#ranks.get(world) ?? -1;
	}

	/** Messages that nobody took. */
	drain(): Arrival[] {
		return [...this.matching.drain(), ...this.calls.drain()];
	}
}
