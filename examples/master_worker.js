/**
 * Rank 0 hands out ranges of numbers to whoever asks, and adds up how many primes are in them. Quick workers get more.
 * `examples/pool.js` is the same idea with everything done for you. Shows: mprobe, tags, ANY_SOURCE, abort.
 *
 *   npx tsmpirun -np 4 examples/master_worker.js
 */
import { ANY_SOURCE, init } from "tsmpi";

const [LIMIT, STEP] = [200_000, 5_000];
/** Tags: what a message is about. */
const [READY, RESULT, WORK, STOP] = [1, 2, 3, 4];

const mpi = await init();
const { world } = mpi;
if (world.size < 2) await mpi.abort(1, "a master needs at least one worker: use -np 2 or more");
if (world.rank === 0) await master();
else await worker();

async function master() {
	let [total, start] = [0, 0];
	for (let working = world.size - 1; working > 0; ) {
		// A look at who sends what, before it is received.
		const message = await world.mprobe({ source: ANY_SOURCE });
		/** @type {number} */
		const count = await message.recv();
		if (message.tag === RESULT) total += count;
		const dest = message.source;
		if (start < LIMIT) {
			await world.send([start, start + STEP], { dest, tag: WORK });
			start += STEP;
		} else {
			await world.send(undefined, { dest, tag: STOP });
			working--;
		}
	}
	console.log(`There are ${total} primes below ${LIMIT}`);
}

async function worker() {
	await world.send(0, { dest: 0, tag: READY });
	for (;;) {
		const message = await world.mprobe({ source: 0 });
		/** @type {[number, number]} */
		const range = await message.recv();
		if (message.tag === STOP) return;
		await world.send(countPrimes(range), { dest: 0, tag: RESULT });
	}
}

/** @param {[number, number]} range */
function countPrimes([start, end]) {
	let count = 0;
	for (let n = Math.max(2, start); n < end; n++) {
		let divisor = 2;
		while (divisor * divisor <= n && n % divisor !== 0) divisor++;
		if (divisor * divisor > n) count++;
	}
	return count;
}
