/** Typed arrays of which each rank has another part. */
import assert from "node:assert/strict";
import { init, type TypedArray } from "tsmpi";

const { world } = await init();
const { rank, size } = world;
const ranks = Array.from({ length: size }, (_, index) => index);

/** Rank r owns r % 3 elements, or a large part. */
for (const scale of [1, 100_000]) {
	const counts = ranks.map((source) => (source % 3) * scale);
	const part = (source: number) => new Int32Array((source % 3) * scale).fill(source);
	const whole = Int32Array.from(ranks.flatMap((source) => [...part(source)]));
	for (const root of ranks) {
		const array = rank === root ? whole : undefined;
		assert.deepEqual(await world.scatterv(array, { counts, root }), part(rank));
		const gathered = await world.gatherv(part(rank), { root, counts });
		assert.deepEqual(gathered, rank === root ? whole : undefined);
		assert.deepEqual(await world.gatherv(part(rank), { root }), gathered);
	}
	assert.deepEqual(await world.allgatherv(part(rank)), whole);
	assert.deepEqual(await world.allgatherv(part(rank), { counts }), whole);
	const all = Int32Array.from(ranks.flatMap((dest) => [...part(dest)].map((value) => value + 100 * rank)));
	const mine = Int32Array.from(
		ranks.flatMap((source) => [...part(rank)].map((value) => value + 100 * source)),
	);
	const recvCounts = ranks.map(() => part(rank).length);
	assert.deepEqual(await world.alltoallv(all, { sendCounts: counts, recvCounts }), mine);
}

// Displacements: two elements per rank, from the back to the front, with a gap of one after each.
const counts = ranks.map(() => 2);
const displs = ranks.map((source) => 3 * (size - 1 - source));
const spread = new Float64Array(3 * size - 1);
for (const source of ranks) spread.fill(source + 1, displs[source], (displs[source] as number) + 2);
const own = Float64Array.of(rank + 1, rank + 1);
assert.deepEqual(await world.scatterv(spread, { counts, displs, root: size - 1 }), own);
assert.deepEqual(await world.gatherv(own, { displs }), rank === 0 ? spread : undefined);
assert.deepEqual(await world.allgatherv(own, { counts, displs }), spread);
const exchanged = await world.alltoallv(spread, {
	sendCounts: counts,
	sendDispls: displs,
	recvDispls: displs,
});
const fromAll = new Float64Array(3 * size - 1);
for (const source of ranks) fromAll.fill(rank + 1, displs[source], (displs[source] as number) + 2);
assert.deepEqual(exchanged, fromAll);

// The result is fresh memory, also of the root's own part.
const source = Uint8Array.of(1, 2, 3);
const kept = await world.scatterv(rank === 0 ? source : undefined, {
	counts: [3, ...new Array(size - 1).fill(0)],
});
source.fill(9);
assert.deepEqual(kept, rank === 0 ? Uint8Array.of(1, 2, 3) : new Uint8Array(0));

// A mistake at one rank rejects on every rank, and the next call works.
const last = size - 1;
const mistakes: readonly (readonly [
	call: () => Promise<TypedArray | undefined>,
	code: string,
	text: RegExp,
])[] = [
	[
		() => world.scatterv(spread, { counts: [1], root: last }),
		"ERR_COUNT",
		/^(Rank \d failed: )?Cannot scatterv/,
	],
	[
		() => world.scatterv(spread, { root: 0 }),
		"ERR_COUNT",
		/Cannot scatterv without counts: one per rank is needed/,
	],
	[
		() => world.scatterv([1] as never, { counts }),
		"ERR_TYPE",
		/Cannot scatterv a Array: a typed array is needed/,
	],
	[
		() => world.gatherv(own, { counts: ranks.map(() => 5), root: last }),
		"ERR_COUNT",
		/Cannot gatherv 2 elements of rank 0: its count is 5/,
	],
	[
		() => world.gatherv(own, { displs: ranks.map(() => -1) }),
		"ERR_COUNT",
		/Cannot gatherv with -1 in displacements/,
	],
	[
		() => world.allgatherv(own, { counts: ranks.map((r) => (r === last ? 1 : 2)) }),
		"ERR_COUNT",
		/Cannot allgatherv 2 elements of rank \d: its count is 1/,
	],
	[
		() => world.alltoallv(own, { sendCounts: [] }),
		"ERR_COUNT",
		/Cannot alltoallv with 0 counts: one per rank is needed/,
	],
	[
		() =>
			world.alltoallv(spread, { sendCounts: counts, recvCounts: ranks.map(() => (rank === last ? 3 : 2)) }),
		"ERR_COUNT",
		/Cannot alltoallv 2 elements of rank 0: its count is 3/,
	],
];
for (const [call, code, message] of mistakes) {
	if (size === 1 && message.source.includes("scatterv/")) continue;
	if (size === 1 && `${message}` === "/^(Rank \\d failed: )?Cannot scatterv/") continue;
	await assert.rejects(call(), { code, message });
}
assert.deepEqual(await world.allgatherv(Int8Array.of(rank)), Int8Array.from(ranks));
