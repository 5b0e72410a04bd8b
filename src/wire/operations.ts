/** The calls that a message can belong to; the index is the opcode on the wire: append only. */
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

/** Opcode of messages that belong to no collective. */
export const POINT_TO_POINT = 0;

/** What stands for the root where there is none. */
export const NO_ROOT = -1;

/** What every rank's call at the same step of a communicator must agree on. */
export interface Signature {
	/** Number of the operation on the wire. */
	readonly opcode: number;
	/** The root's rank in the communicator, or NO_ROOT. */
	readonly root: number;
}

const opcodes = new Map<string, number>(names.map((name, opcode) => [name, opcode]));

export function opcodeOf(name: CollectiveName): number {
	return opcodes.get(name) as number;
}

/** A call as error messages name it: "gather with root 2". */
export function signatureText({ opcode, root }: Signature): string {
	const name = names[opcode] ?? `operation ${opcode}`;
	return root === NO_ROOT ? name : `${name} with root ${root}`;
}
