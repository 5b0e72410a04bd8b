/**
 * Messages without end: `soak.js [count]` moves so many between its ranks and looks at the memory of each meanwhile.
 * Every value is checked.
 */
import assert from "node:assert/strict";
import { init, MAX, SUM } from "tsmpi";
import { MIB, resident } from "../resident.ts";

const { world } = await init();
const { rank, size } = world;
const COUNT = Number(process.argv[2] ?? 1_000_000);
/** Messages of one rank between two looks at its memory. */
const WINDOW = 100;
const SAMPLES = 20;
/** V8 takes memory up to the size of a few collections before it is steady. */
const WARM_UP = 5;
const SPREAD_MIB = 32;

const right = (rank + 1) % size;
const left = (rank - 1 + size) % size;

/** Small and large, raw and packed; one in 100 waits for its receive. */
function value(source: number, number: number): unknown {
	switch (number % 4) {
		case 0:
			return number;
		case 1:
			return new Uint32Array(number % WINDOW === 1 ? 300_000 : number % 2000).fill(source + number);
		case 2:
			return { source, number, list: ["text", number % 7] };
		default:
			return Buffer.alloc(number % 500, source);
	}
}

const windows = Math.ceil(COUNT / size / WINDOW);
const every = Math.ceil(windows / SAMPLES);
const samples: number[] = [];
const began = performance.now();
for (let window = 0; window < windows; window++) {
	const numbers = Array.from({ length: WINDOW }, (_, index) => window * WINDOW + index);
	const sends = numbers.map((number) => world.send(value(rank, number), { dest: right }));
	for (const number of numbers) assert.deepEqual(await world.recv({ source: left }), value(left, number));
	await Promise.all(sends);
	if (window % every === every - 1) {
		samples.push(resident() / MIB);
		assert.equal(await world.allreduce(window, { op: SUM }), window * size);
	}
}

const steady = samples.slice(WARM_UP);
const spread = Math.max(...steady) - Math.min(...steady);
assert.ok(
	spread < SPREAD_MIB,
	`memory of rank ${rank} is not flat: ${samples.map((mib) => mib.toFixed(0))} MiB`,
);
const widest = await world.allreduce(spread, { op: MAX });
const highest = await world.allreduce(Math.max(...samples), { op: MAX });
if (rank === 0) {
	const seconds = (performance.now() - began) / 1000;
	console.log(
		`${windows * WINDOW * size} messages on ${size} ranks in ${seconds.toFixed(0)} s: ` +
			`at most ${highest.toFixed(0)} MiB a rank, ${widest.toFixed(1)} MiB between the lowest and the highest sample`,
	);
}
