/**
 * Ranks agree and shrink, and die at random moments of it, until few are left. Arguments: a seed, and how many rounds.
 * Everybody draws the same numbers, so that all know who will try to die in which round; when exactly is chance.
 */
import assert from "node:assert/strict";
import { init, SUM } from "tsmpi";

const [seed = 1, rounds = 10] = process.argv.slice(2).map(Number);
const { world } = await init();
const me = world.rank;

let state = seed;
function draw(limit: number): number {
	state = (Math.imul(state, 1103515245) + 12345) & 0x7fffffff;
	return (state >>> 8) % limit;
}

let comm = world;
let living = Array.from({ length: world.size }, (_, rank) => rank);
const log: string[] = [];
for (let round = 0; round < rounds; round++) {
	// World ranks; the first is who coordinates, and dies most often.
	const doomed = new Set<number>();
	if (living.length > 2 && draw(3) > 0) doomed.add(living[draw(2) * draw(living.length)] as number);
	if (living.length > 3 && draw(3) === 0) doomed.add(living[draw(living.length)] as number);
	const micros = [draw(3000), draw(3000)];
	const revokes = draw(2) === 0;
	// Nobody dies, or revokes, while others are in the allreduce of the round before.
	await comm.agree(true);
	if (doomed.has(me)) {
		// Between any two steps of the event loop that follow.
		const at = performance.now() + (micros[[...doomed].indexOf(me)] as number) / 1000;
		const wait = () => {
			if (performance.now() < at) setImmediate(wait);
			else process.kill(process.pid, "SIGKILL");
		};
		wait();
	}
	const bit = 1 << (me % 30);
	if (revokes && me === living.at(-1)) comm.revoke();
	const flag = await comm.agree(~bit);
	const all = await comm.agree(true);
	const smaller = await comm.shrink();
	const members = await smaller.agree(-1).then(() => smaller.size);
	log.push(`${flag} ${all} ${members}`);
	// The doomed die before the next round, so that all who go on know the same.
	if (doomed.has(me)) process.kill(process.pid, "SIGKILL");
	const next = doomed.size === 0 ? smaller : await withoutThem(smaller, doomed);
	assert.equal(await next.allreduce(1, { op: SUM }), next.size);
	living = living.filter((rank) => !doomed.has(rank));
	assert.equal(next.size, living.length);
	assert.equal(next.rank, living.indexOf(me));
	// Those who live have been counted, whoever else was.
	for (const rank of living) assert.equal(flag & (1 << (rank % 30)), 0);
	comm = next;
}
console.log(log.join(", "));

/** Shrinks until nobody is in it that was to die: they are dead, but not everybody may have heard of it. */
async function withoutThem(from: typeof world, doomed: ReadonlySet<number>): Promise<typeof world> {
	let shrunk = from;
	const target = living.length - doomed.size;
	while (shrunk.size > target) shrunk = await shrunk.shrink();
	return shrunk;
}
