import type { Comm } from "tsmpi";
import { collective } from "./collectives.ts";
import { funnel, message, sendrecv } from "./messages.ts";
import { type Group, Part } from "./part.ts";
import type { Schedule, Step } from "./schedule.ts";

/** Longer than most messages take. */
const COMPUTE_MS = 3;

/** Splits a group in up to three, one of which gets no communicator. */
async function split(parent: Group, rank: number, step: Step): Promise<Group[]> {
	const color = (world: number) => (world * (step.from + 1) + step.to) % 3;
	const ordered = step.twist ? parent.members.toReversed() : parent.members;
	const key = step.twist ? -(parent.comm?.rank ?? 0) : 0;
	const comm = await parent.comm?.split({ color: color(rank) === 2 ? undefined : color(rank), key });
	return [0, 1]
		.map((each) => ({
			members: ordered.filter((world) => color(world) === each),
			comm: color(rank) === each ? comm : undefined,
		}))
		.filter(({ members }) => members.length > 0);
}

async function runStep(groups: Group[], part: Part, step: Step, at: number, rank: number): Promise<void> {
	const group = groups[step.comm % groups.length] as Group;
	const { comm } = group;
	switch (step.kind) {
		case "split":
			groups.push(...(await split(group, rank, step)));
			break;
		case "compute": {
			const end = performance.now() + COMPUTE_MS;
			if (comm?.rank === step.from % group.members.length) while (performance.now() < end);
			break;
		}
		case "message":
			if (comm !== undefined) await message(comm, part, step, at);
			break;
		case "sendrecv":
			if (comm !== undefined) await sendrecv(comm, part, step, at);
			break;
		case "funnel":
			if (comm !== undefined) await funnel(comm, part, step, at);
			break;
		case "collective":
			if (comm !== undefined) await collective(comm, part, step, at);
			break;
	}
}

/** This rank's part in a schedule, on communicators of its own. Returns what was not as it should be. */
export async function runSchedule(world: Comm, schedule: Schedule): Promise<string[]> {
	const { rank, size } = world;
	const part = new Part();
	const groups: Group[] = [
		{ members: Array.from({ length: size }, (_, each) => each), comm: await world.dup() },
	];
	for (const [at, step] of schedule.entries()) {
		await part.enter(at, step.kind === "collective" ? step.name : step.kind);
		await runStep(groups, part, step, at, rank);
	}
	await part.finish();
	await world.barrier();
	for (const { comm } of groups) {
		const left = comm?.iprobe();
		if (left !== undefined) part.mistakes.push(`a message of rank ${left.source} was never received`);
		comm?.free();
	}
	return part.mistakes.map((mistake) => `rank ${rank}, ${mistake}`);
}
