import type { Arbitrary } from "fast-check";
import type { Shape } from "./values.ts";
import { shapes } from "./values.ts";

/** How a message is received. */
export const forms = ["recv", "anyTag", "recvInto", "mprobe", "iprobe"] as const;
export const collectives = [
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
] as const;

interface Common {
	/** Which of the communicators there are, and ranks in it: modulo their number. */
	readonly comm: number;
	readonly from: number;
	readonly to: number;
	readonly shape: Shape;
	/** Steps until the promise is awaited: 0 at once. */
	readonly sendLag: number;
	readonly recvLag: number;
	readonly tag: number;
	readonly count: number;
	readonly synchronous: boolean;
	readonly form: (typeof forms)[number];
	readonly name: (typeof collectives)[number];
	/** Of many: receive in another order, take any tag, reverse the order of ranks. */
	readonly twist: boolean;
}

/**
 * One step of all ranks, from which each takes its own part. A schedule cannot deadlock, because with each step's sends come
 * the receives for them, all ranks go through the steps in the same order, and whatever a step waits for was begun by
 * others in that step or before. So any part of a schedule is a schedule too, which lets it be shrunk.
 */
export interface Step extends Common {
	readonly kind: "message" | "funnel" | "sendrecv" | "collective" | "split" | "compute";
}

export type Schedule = readonly Step[];

/** Schedules of up to 24 steps. Sends and collectives are more frequent than what makes communicators or takes time. */
export function scheduleArbitrary(fc: typeof import("fast-check")): Arbitrary<Schedule> {
	const one = <T>(...values: T[]) => fc.constantFrom(...values);
	const small = fc.nat({ max: 30 });
	const lag = one(0, 0, 1, 2, 20);
	const frequent = shapes.filter((shape) => !shape.startsWith("huge"));
	const step = fc.record<Step>({
		kind: one<Step["kind"]>(
			"message",
			"message",
			"message",
			"message",
			"collective",
			"collective",
			"collective",
			"sendrecv",
			"funnel",
			"split",
			"compute",
		),
		comm: small,
		from: small,
		to: small,
		shape: one(...frequent, ...frequent, ...shapes),
		sendLag: lag,
		recvLag: lag,
		tag: fc.nat({ max: 2 }),
		count: one(1, 1, 2, 5),
		synchronous: one(false, false, true),
		form: one(...forms),
		name: one(...collectives),
		twist: fc.boolean(),
	});
	return fc.array(step, { minLength: 1, maxLength: 24, size: "max" });
}
