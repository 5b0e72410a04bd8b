/** Reductions: operators, typed arrays, and functions in the order of the ranks. */
import assert from "node:assert/strict";
import {
	BAND,
	BOR,
	BXOR,
	init,
	LAND,
	LOR,
	LXOR,
	MAX,
	MAXLOC,
	MIN,
	MINLOC,
	type Operator,
	PROD,
	SUM,
} from "tsmpi";

const { world } = await init();
const { rank, size } = world;
const ranks = Array.from({ length: size }, (_, index) => index);

interface Case {
	readonly op: Operator;
	readonly of: (source: number) => unknown;
	readonly result: unknown;
}

const sum = (size * (size - 1)) / 2;
const cases: readonly Case[] = [
	{ op: SUM, of: (source) => source, result: sum },
	{ op: SUM, of: (source) => BigInt(source) << 70n, result: BigInt(sum) << 70n },
	{
		op: PROD,
		of: (source) => source + 1,
		result: ranks.reduce((product, source) => product * (source + 1), 1),
	},
	{ op: MIN, of: (source) => 10 - source, result: 11 - size },
	{ op: MAX, of: (source) => Int16Array.of(source, -source), result: Int16Array.of(size - 1, 0) },
	{ op: LAND, of: (source) => source < 1, result: size === 1 },
	{ op: LOR, of: (source) => source === size - 1, result: true },
	{ op: LXOR, of: () => true, result: size % 2 === 1 },
	{ op: BAND, of: (source) => 7 ^ (1 << (source % 3)), result: [6, 4, 0][Math.min(size, 3) - 1] },
	{ op: BOR, of: (source) => 1 << source, result: 2 ** size - 1 },
	{ op: BXOR, of: (source) => Uint8Array.of(1 << source), result: Uint8Array.of(2 ** size - 1) },
	{ op: MINLOC, of: (source) => ({ value: source % 2, index: source }), result: { value: 0, index: 0 } },
	{ op: MAXLOC, of: (source) => [source % 2, source], result: size === 1 ? [0, 0] : [1, 1] },
	{
		op: SUM,
		of: (source) => Float64Array.from({ length: 100_000 }, (_, index) => index + source),
		result: Float64Array.from({ length: 100_000 }, (_, index) => index * size + sum),
	},
];

for (const { op, of, result } of cases) {
	assert.deepEqual(await world.allreduce(of(rank), { op }), result, op.name);
	for (const root of ranks) {
		assert.deepEqual(await world.reduce(of(rank), { op, root }), rank === root ? result : undefined, op.name);
	}
}

// Functions see the values in the order of the ranks, from whichever root.
const join = (a: string, b: string) => a + b;
const all = ranks.join("");
for (const root of ranks) {
	assert.equal(await world.reduce(`${rank}`, { op: join, root }), rank === root ? all : undefined);
}
assert.equal(await world.allreduce(`${rank}`, { op: join }), all);
assert.equal(await world.scan(`${rank}`, { op: join }), ranks.slice(0, rank + 1).join(""));
assert.equal(
	await world.exscan(`${rank}`, { op: join }),
	rank === 0 ? undefined : ranks.slice(0, rank).join(""),
);
assert.equal(
	await world.reduceScatter(
		ranks.map((dest) => `${rank}>${dest} `),
		{ op: join },
	),
	ranks.map((source) => `${source}>${rank} `).join(""),
);
assert.equal(
	await world.allreduce(rank + 1, { op: (a, b) => a - b }),
	ranks.reduce((a, b) => a - (b + 1), 2),
);

// Prefixes and blocks with operators.
assert.equal(await world.scan(rank, { op: SUM }), (rank * (rank + 1)) / 2);
assert.equal(await world.exscan(rank + 1, { op: SUM }), rank === 0 ? undefined : (rank * (rank + 1)) / 2);
const blocks = Float64Array.from({ length: 2 * size }, (_, index) => index);
assert.deepEqual(
	await world.reduceScatter(blocks, { op: SUM }),
	Float64Array.of(2 * rank * size, (2 * rank + 1) * size),
);

// The same bits on every rank, although floats do not add up the same in every order.
const uneven = new Float64Array(50_000).fill(0.1 + rank / 3);
const total = await world.allreduce(uneven, { op: SUM });
for (const other of await world.allgather(total)) assert.deepEqual(other, total);

// The caller's values stay as they are.
assert.deepEqual(uneven, new Float64Array(50_000).fill(0.1 + rank / 3));
