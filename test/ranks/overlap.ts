/** Several collectives at once, collectives beside messages, and a rank that is late. */
import assert from "node:assert/strict";
import { init, SUM } from "tsmpi";

const { world } = await init();
const { rank, size } = world;
const ranks = Array.from({ length: size }, (_, index) => index);
const right = (rank + 1) % size;
const left = (rank - 1 + size) % size;

/** Blocks this rank's event loop, as a long computation does. */
function compute(ms: number): void {
	const end = performance.now() + ms;
	while (performance.now() < end);
}

// Nothing is awaited until all are under way; user messages with any tag go between.
for (let round = 0; round < 5; round++) {
	if (rank === round % size) compute(20);
	const sent = [0, 1, 2, 3].map((tag) => world.send(`round ${round}`, { dest: right, tag }));
	const calls = [
		world.bcast(rank === 0 ? "first" : undefined),
		world.allreduce(rank, { op: SUM }),
		world.bcast(rank === size - 1 ? "last" : undefined, { root: size - 1 }),
		world.gather(rank),
		world.barrier(),
		world.gather(`rank ${rank}`),
		world.allgather(new Float64Array(200_000).fill(rank)),
		world.scan(1, { op: SUM }),
	];
	const received = [3, 2, 1, 0].map((tag) => world.recv({ source: left, tag }));
	assert.deepEqual(await Promise.all(calls), [
		"first",
		(size * (size - 1)) / 2,
		"last",
		rank === 0 ? ranks : undefined,
		undefined,
		rank === 0 ? ranks.map((source) => `rank ${source}`) : undefined,
		ranks.map((source) => new Float64Array(200_000).fill(source)),
		rank + 1,
	]);
	assert.deepEqual(await Promise.all(received), new Array(4).fill(`round ${round}`));
	await Promise.all(sent);
}

// Many of one kind at once.
const sums = Array.from({ length: 100 }, (_, index) => world.allreduce(index + rank, { op: SUM }));
assert.deepEqual(
	await Promise.all(sums),
	Array.from({ length: 100 }, (_, index) => index * size + (size * (size - 1)) / 2),
);

// A rank that computes for a while receives afterwards all that was sent to it meanwhile, beyond the eager budget.
const MESSAGES = 300;
if (rank === size - 1) compute(500);
if (rank === 0) {
	for (let count = 0; count < MESSAGES; count++) {
		void world.send(new Uint8Array(100_000).fill(count), { dest: size - 1, tag: 77 });
	}
}
if (rank === size - 1) {
	for (let count = 0; count < MESSAGES; count++) {
		assert.equal((await world.recv<Uint8Array>({ source: 0, tag: 77 }))[99_999], count % 256);
	}
}
await world.barrier();
