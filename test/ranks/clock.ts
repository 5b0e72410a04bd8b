/** Clocks: what a rank adds to its own time gives rank 0's, within the error that it is told. */
import assert from "node:assert/strict";
import { init } from "tsmpi";
import { startClock } from "../../src/llama/measure/clock.ts";

const { world } = await init();
const clock = await startClock(world);
const { offsetMs, errorMs } = await clock.stop();

// The ranks of one host have one clock: performance.now() only begins elsewhere.
const origin = await world.bcast(performance.timeOrigin);
const exact = performance.timeOrigin - origin;
assert.ok(errorMs >= 0 && errorMs < 1000, `${errorMs}`);
// timeOrigin itself is read from another clock than performance.now(), at the start of each process.
assert.ok(Math.abs(offsetMs - exact) <= errorMs + 5, `${offsetMs} is not ${exact} within ${errorMs}`);
if (world.rank === 0) assert.deepEqual([offsetMs, errorMs], [0, 0]);
