import { ArgumentError, MpiError } from "../../base/errors.ts";
import type { Agreement, Combine, Json } from "../../progress/agreement/agreement.ts";
import { Wait } from "../../progress/waiting/wait.ts";
import type { WaitingOperation } from "../../progress/waiting/waiting-operations.ts";
import { show } from "../core/arguments.ts";
import { type CommCore, coreOf } from "../core/core.ts";

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

/** World ranks of the members that this rank knows to have failed. */
function failedWorlds({ progress, context }: CommCore): number[] {
	return context.members.filter((world) => progress.departures.failure(world) !== undefined);
}

export function failed(core: CommCore): number[] {
	return failedWorlds(core).map((world) => core.context.rankOf(world));
}

export function ackFailed(core: CommCore): number[] {
	const worlds = failedWorlds(core);
	for (const world of worlds) core.context.acknowledged.add(world);
	return worlds.map((world) => core.context.rankOf(world));
}

export async function agree(core: CommCore, flag: number | boolean): Promise<number | boolean> {
	if (typeof flag !== "boolean" && flag !== ((flag as number) | 0)) {
		throw new ArgumentError(
			"ERR_TYPE",
			`Cannot agree on ${show(flag)}: a boolean or a whole number of 32 bits is needed`,
		);
	}
	const result = await decide(core, { call: "agree", flag });
	return (result as { flag: number | boolean }).flag;
}

export async function shrink(core: CommCore): Promise<CommCore> {
	const { progress, context } = core;
	const { members, id } = (await decide(core, { call: "shrink", failed: failedWorlds(core) })) as Living;
	return coreOf(progress, progress.openContext(id, `${context.name}.shrink()`, members));
}

/** Votes, and waits for what all living ranks get. */
async function decide(core: CommCore, vote: Vote): Promise<Result> {
	const { progress, context } = core;
	const { call } = vote;
	context.checkUsable(call);
	const wait = new Wait<Result>(() => progress.waiting.end(waiting));
	let agreement: Agreement | undefined;
	const waiting: WaitingOperation = {
		operation: call,
		communicator: context.name,
		get peers() {
			return agreement?.waitsFor ?? [];
		},
		abortable: false,
		wait,
		since: performance.now(),
	};
	progress.waiting.begin(waiting);
	const combine: Combine = (votes) =>
		resultOf(core, votes as ReadonlyMap<number, unknown>) as unknown as Json;
	agreement = context.agreements.join(vote as Json, combine, (value) =>
		wait.resolve(value as unknown as Result),
	);
	const result = await wait.done();
	if ("error" in result) throw new MpiError(result.code, result.error);
	return result;
}

/** What comes of the votes, by world rank. Runs on one rank, for all. */
function resultOf({ progress }: CommCore, votes: ReadonlyMap<number, unknown>): Result {
	const entries = [...votes] as [number, Vote][];
	const [[first, { call }]] = entries as [[number, Vote]];
	const other = entries.find(([, vote]) => vote.call !== call);
	if (other !== undefined) {
		const [rank, vote] = other;
		const error = `Ranks call different operations: rank ${first} calls ${call}, rank ${rank} calls ${vote.call}`;
		return { code: "ERR_OTHER", error };
	}
	if (call === "shrink") {
		const dead = new Set(entries.flatMap(([, vote]) => (vote as { failed: readonly number[] }).failed));
		const members = [...votes.keys()].filter((rank) => !dead.has(rank));
		return { members, id: progress.contexts.reserveId() };
	}
	const flags = entries.map(([, vote]) => (vote as { flag: number | boolean }).flag);
	if (flags.every((flag) => typeof flag === "boolean")) return { flag: flags.every(Boolean) };
	if (flags.every((flag) => typeof flag === "number")) return { flag: flags.reduce((a, b) => a & b) };
	return { code: "ERR_TYPE", error: "Cannot agree on booleans of some ranks and numbers of others" };
}
