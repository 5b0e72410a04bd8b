/**
 * Rank 0 hands out tasks, the other ranks work: Collatz numbers, whose cost nobody knows beforehand.
 * Shows: openPool, submit, map, mapUnordered.
 *
 *   npx tsmpirun -np 4 examples/pool.js
 *   npx tsmpirun -np 4 --on-failure continue examples/pool.js      # a worker that dies is made up for
 */
import { init } from "tsmpi";
import { openPool } from "tsmpi/pool";

const BLOCK = 2_500;

/** Steps from n down to 1. @param {number} n */
function steps(n) {
	let count = 0;
	for (let x = n; x !== 1; count++) x = x % 2 === 0 ? x / 2 : 3 * x + 1;
	return count;
}

// Functions cannot be sent, names can: every rank has the same table.
const tasks = {
	steps,
	/** The number of a block that takes the most steps. @param {number} start */
	longest: (start) => {
		let best = { n: start, count: 0 };
		for (let n = start; n < start + BLOCK; n++) {
			const count = steps(n);
			if (count > best.count) best = { n, count };
		}
		return best;
	},
};

/** Items may be any iterable; it is read only as fast as the workers need it. */
function* blocks() {
	for (let start = 1; start < 100_000; start += BLOCK) yield start;
}

const mpi = await init();
const pool = await openPool(mpi, tasks);

// Only rank 0 has a pool. The others work inside of openPool until it is closed.
if (pool !== undefined) {
	console.log(`27 takes ${await pool.submit("steps", 27)} steps`);
	console.log(`1 to 8 take ${(await pool.map("steps", [1, 2, 3, 4, 5, 6, 7, 8])).join(", ")} steps`);

	// As they come: the results are there in any order, each with the index of its item.
	let best = { n: 0, count: 0 };
	for await (const { value } of pool.mapUnordered("longest", blocks())) {
		if (value.count > best.count) best = value;
	}
	console.log(`${best.n} takes the most steps up to 100000: ${best.count}`);
	await pool.close();
}
