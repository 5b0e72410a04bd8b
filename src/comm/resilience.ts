import { ArgumentError, MpiError } from "../base/errors.ts";
import type { Agreement, Combine, Json } from "../progress/agreement.ts";
import { contextId } from "../progress/context.ts";
import type { Pending } from "../progress/pending.ts";
import { Wait } from "../progress/wait.ts";
import { show } from "./arguments.ts";
import { Vectors } from "./vectors.ts";

/** What a rank contributes to an agreement. */
type Vote =
	| { readonly call: "agree"; readonly flag: number | boolean }
	| { readonly call: "shrink"; readonly failed: readonly number[] };

/** Living members, by world rank, and what to call their communicator. */
interface Living {
	readonly members: readonly number[];
	readonly id: number;
}

/** What comes of an agreement, on every rank. */
type Result =
	| { readonly flag: number | boolean }
	| Living
	| { readonly error: string; readonly code: "ERR_TYPE" | "ERR_OTHER" };

/**
 * What is left to do with a communicator when ranks have died, in a job that lives on without them (`tsmpirun
 * --on-failure continue`). User-Level Failure Mitigation (ULFM), MPI Forum.
 */
export class Resilience extends Vectors {
	/** Whether `revoke` has been called, here or (as far as this rank has heard) elsewhere. MPIX_Comm_is_revoked. */
	get revoked(): boolean {
		return this.context.revoked;
	}

	/** Ranks of this communicator that this rank knows to have failed, in order. MPIX_Comm_get_failed. */
	failed(): number[] {
		return this.#failedWorlds().map((world) => this.context.rankOf(world));
	}

	/**
	 * Takes note of the failures that `failed` tells of: receives from ANY_SOURCE, which reject with ERR_PROC_FAILED while
	 * a rank has failed that is not acknowledged, work again as long as another rank lives. Says nothing to other ranks.
	 * MPIX_Comm_ack_failed.
	 *
	 * @returns The ranks acknowledged so far.
	 */
	ackFailed(): number[] {
		const failed = this.#failedWorlds();
		for (const world of failed) this.context.acknowledged.add(world);
		return failed.map((world) => this.context.rankOf(world));
	}

	/**
	 * Ends the use of this communicator on all ranks: every operation on it, in progress or to come, rejects with
	 * ERR_REVOKED, except `shrink`, `agree`, `failed`, `ackFailed` and `free`. One rank calls it, to get the others out
	 * of operations whose peers do something else since a failure. It reaches the others even if this rank dies. A rank
	 * that is not waiting hears of it when it waits next. MPIX_Comm_revoke.
	 *
	 * A large message whose payload is on its way when this rejects its sender must not be changed before its receiver
	 * has heard of it too.
	 *
	 * @throws {MpiError} ERR_COMM if it has been freed, ERR_FINALIZED.
	 */
	revoke(): void {
		this.checkUsable("revoke");
		this.progress.revoke(this.context);
	}

	/**
	 * Gives every living rank the same result: the bitwise AND of the living ranks' integers, or whether all their
	 * booleans are true. All living ranks call it, also on a revoked communicator; ranks may die at any moment of it. One
	 * that dies meanwhile may or may not have been counted. MPIX_Comm_agree, which besides tells of failures that are
	 * not acknowledged: here `failed` does.
	 *
	 * @param flag A boolean on every rank, or a whole number of 32 bits on every rank.
	 * @throws {MpiError} ERR_TYPE for another flag, or, on every rank, if some pass booleans and some numbers; ERR_COMM,
	 *   ERR_FINALIZED; ERR_OTHER where other ranks call `shrink`.
	 */
	async agree(flag: boolean): Promise<boolean>;
	async agree(flag: number): Promise<number>;
	async agree(flag: number | boolean): Promise<number | boolean> {
		if (typeof flag !== "boolean" && flag !== ((flag as number) | 0)) {
			throw new ArgumentError(
				"ERR_TYPE",
				`Cannot agree on ${show(flag)}: a boolean or a whole number of 32 bits is needed`,
			);
		}
		const result = await this.#settle({ call: "agree", flag });
		return (result as { flag: number | boolean }).flag;
	}

	/** @internal Which ranks a shrunk communicator has. */
	protected async agreeOnLiving(): Promise<Living> {
		return (await this.#settle({ call: "shrink", failed: this.#failedWorlds() })) as Living;
	}

	async #settle(vote: Vote): Promise<Result> {
		const { call } = vote;
		this.checkUsable(call);
		const waiting = this.progress.pending;
		const wait = new Wait<Result>(() => waiting.end(pending));
		let agreement: Agreement | undefined;
		const pending: Pending = {
			operation: call,
			communicator: this.name,
			get peers() {
				return agreement?.waitsFor ?? [];
			},
			abortable: false,
			wait,
			since: performance.now(),
		};
		waiting.begin(pending);
		const combine: Combine = (votes) =>
			this.#combine(votes as ReadonlyMap<number, unknown>) as unknown as Json;
		agreement = this.context.agreements?.join(vote as Json, combine, (value) =>
			wait.resolve(value as unknown as Result),
		);
		const result = await wait.done();
		if ("error" in result) throw new MpiError(result.code, result.error);
		return result;
	}

	/** Runs on one rank, for all. */
	#combine(votes: ReadonlyMap<number, unknown>): Result {
		const entries = [...votes] as [number, Vote][];
		const [[first, { call }]] = entries as [[number, Vote]];
		const other = entries.find(([, vote]) => vote.call !== call);
		if (other !== undefined) {
			const [rank, vote] = other;
			const error = `Ranks call different operations: rank ${first} calls ${call}, rank ${rank} calls ${vote.call}`;
			return { code: "ERR_OTHER", error };
		}
		if (call === "shrink") {
			const failed = new Set(entries.flatMap(([, vote]) => (vote as { failed: readonly number[] }).failed));
			const id = contextId(this.progress.rank, this.progress.reserveContext());
			return { members: [...votes.keys()].filter((rank) => !failed.has(rank)), id };
		}
		const flags = entries.map(([, vote]) => (vote as { flag: number | boolean }).flag);
		if (flags.every((flag) => typeof flag === "boolean")) return { flag: flags.every(Boolean) };
		if (flags.every((flag) => typeof flag === "number")) return { flag: flags.reduce((a, b) => a & b) };
		return { code: "ERR_TYPE", error: "Cannot agree on booleans of some ranks and numbers of others" };
	}

	#failedWorlds(): number[] {
		const { departures } = this.progress;
		return this.context.members.filter((world) => departures.failure(world) !== undefined);
	}
}
