import { init, SUM } from "../../../src/index.ts";

/**
 * Exchanges messages, and checks them, until standard input ends. Then rank 0 prints how many rounds there were. "ready"
 * and each "lap" (100 rounds, with the milliseconds that it took) say that the job goes on.
 */
const { world } = await init();
const { rank, size } = world;
let ended = false;
if (rank === 0) process.stdin.resume().on("end", () => (ended = true));
const next = (rank + 1) % size;
const before = (rank + size - 1) % size;
const block = new Float64Array(5000).fill(rank);
let rounds = 0;
let lapBegan = performance.now();
for (let go = true; go; rounds++) {
	const sum = await world.allreduce(rounds + rank, { op: SUM });
	if (sum !== rounds * size + (size * (size - 1)) / 2) throw new Error(`round ${rounds}: the sum is ${sum}`);
	const got = await world.sendrecv(block, { dest: next, source: before });
	if (!(got instanceof Float64Array) || got.length !== 5000 || got.some((value) => value !== before)) {
		throw new Error(`round ${rounds}: a wrong block from rank ${before}`);
	}
	const text = await world.sendrecv({ rounds, from: rank }, { dest: before, source: next });
	if (JSON.stringify(text) !== JSON.stringify({ rounds, from: next }))
		throw new Error(`round ${rounds}: a wrong object`);
	if (rounds === 0) await ready();
	if (rank === 0 && rounds % 100 === 99) {
		const now = performance.now();
		console.log(`lap ${(rounds + 1) / 100} ${(now - lapBegan).toFixed(0)}`);
		lapBegan = now;
	}
	go = await world.bcast(!ended, { root: 0 });
}
/** Says that all have joined, and their process ids. */
async function ready(): Promise<void> {
	const pids = await world.gather(process.pid, { root: 0 });
	if (pids !== undefined) console.log(`ready ${pids.join(" ")}`);
}

if (rank === 0) console.log(`${rounds === 0 ? "no" : "all"} rounds right`);
