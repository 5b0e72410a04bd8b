/**
 * Computes pi, the integral of 4 / (1 + x²) from 0 to 1, with the work shared out among all ranks.
 * Shows: allreduce, barrier.
 *
 *   npx tsmpirun -np 4 examples/pi.js
 *   npx tsmpirun -np 4 examples/pi.js 1000000
 */
import { init, SUM } from "tsmpi";

const { world } = await init();
const { rank, size } = world;
const intervals = Number(process.argv[2] ?? 20_000_000);
const width = 1 / intervals;

await world.barrier();
const start = performance.now();

// Rank r takes the intervals r, size + r, 2 size + r, ...
let sum = 0;
for (let i = rank; i < intervals; i += size) {
	const x = (i + 0.5) * width;
	sum += 4 / (1 + x * x);
}

// Every rank gets the total; `reduce` would give it to one.
const pi = await world.allreduce(sum * width, { op: SUM });

if (rank === 0) {
	const error = Math.abs(pi - Math.PI).toExponential(1);
	const ms = (performance.now() - start).toFixed(1);
	console.log(`pi is ${pi} (error ${error}), from ${intervals} intervals on ${size} ranks in ${ms} ms`);
}
