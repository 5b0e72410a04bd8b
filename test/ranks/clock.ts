/** Clocks: what a rank adds to its own time gives rank 0's, within the error that it is told. */
import assert from "node:assert/strict";
import { init } from "tsmpi";
import { startClock } from "../../src/llama/measure/clock.ts";

const { world } = await init();
const clock = await startClock(world);
const { offsetMs, errorMs } = await clock.stop();

/** When this process's performance.now() began, on the clock that all processes of a host share. */
function originMs(): number {
	// A pause between the two readings makes the difference smaller: the largest is right.
	const readings = Array.from(
		{ length: 20 },
		() => Number(process.hrtime.bigint()) / 1e6 - performance.now(),
	);
	return Math.max(...readings);
}

const own = originMs();
const exact = own - (await world.bcast(own));
assert.ok(errorMs >= 0 && errorMs < 1000, `${errorMs}`);
assert.ok(Math.abs(offsetMs - exact) <= errorMs + 5, `${offsetMs} is not ${exact} within ${errorMs}`);
if (world.rank === 0) assert.deepEqual([offsetMs, errorMs], [0, 0]);
