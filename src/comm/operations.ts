import type { Signature } from "../progress/calls.ts";

/** The calls that a message can belong to; the index is its code on the wire: append only. */
const names = [
	"point-to-point",
	"barrier",
	"bcast",
	"scatter",
	"gather",
	"allgather",
	"alltoall",
	"reduce",
	"allreduce",
	"reduceScatter",
	"scan",
	"exscan",
	"scatterv",
	"gatherv",
	"allgatherv",
	"alltoallv",
	"dup",
	"split",
	"splitShared",
	"create",
	"cart",
] as const;

/** A collective call. */
export type CollectiveName = Exclude<(typeof names)[number], "point-to-point">;

const codes = new Map<string, number>(names.map((name, code) => [name, code]));

export function codeOf(name: CollectiveName): number {
	return codes.get(name) as number;
}

/** "gather with root 2", for messages. */
export function describe({ operation, root }: Signature): string {
	const name = names[operation] ?? `operation ${operation}`;
	return root < 0 ? name : `${name} with root ${root}`;
}
