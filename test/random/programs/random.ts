/**
 * `random.js SEED COUNT`: runs COUNT random schedules one after the other, the same ones for the same seed. One that goes
 * wrong is shrunk to the shortest that still does, and printed.
 */
import { type Comm, init } from "tsmpi";
import { runSchedule } from "../run-schedule.ts";
import { type Schedule, scheduleArbitrary } from "../schedule.ts";

const { world } = await init();
const seed = Number(process.argv[2]);
const count = Number(process.argv[3]);

/** All ranks run the schedule that rank 0 has; undefined is the end. */
async function runTogether(comm: Comm, schedule: Schedule | undefined): Promise<string[] | undefined> {
	const shared = await comm.bcast(schedule);
	if (shared === undefined) return undefined;
	const mistakes = await comm.gather(await runSchedule(comm, shared));
	return mistakes?.flat() ?? [];
}

async function lead(): Promise<void> {
	const fc = await import("fast-check");
	let running = "none";
	let number = 0;
	// One that hangs cannot be shrunk: tsmpirun ends the job and prints who waits for whom.
	process.once("SIGTERM", () => {
		console.error(`schedule ${number} was running: ${running}`);
		process.exit(1);
	});
	const property = fc.asyncProperty(scheduleArbitrary(fc), async (schedule) => {
		number++;
		running = JSON.stringify(schedule);
		const mistakes = await runTogether(world, schedule);
		if (mistakes === undefined || mistakes.length > 0) throw new Error(mistakes?.join("\n"));
	});
	// Without a time limit of its own: its timer would hide a deadlock.
	const result = await fc.check(property, { seed, numRuns: count });
	await runTogether(world, undefined);
	if (result.failed || result.numRuns !== count) {
		const [schedule] = result.counterexample ?? [];
		console.error(`${result.numRuns} of ${count} schedules ran, shrunk ${result.numShrinks} times:`);
		for (const step of schedule ?? []) console.error(JSON.stringify(step));
		console.error((result.errorInstance as Error | null)?.message);
		process.exitCode = 1;
	} else console.log(`${result.numRuns} schedules`);
}

if (world.rank === 0) await lead();
else while ((await runTogether(world, undefined)) !== undefined);
