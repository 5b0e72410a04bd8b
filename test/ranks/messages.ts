/** Tags, wildcards and order. */
import assert from "node:assert/strict";
import { ANY_SOURCE, ANY_TAG, init, PROC_NULL } from "tsmpi";

const { world } = await init();
const { rank, size } = world;
const right = (rank + 1) % size;
const left = (rank - 1 + size) % size;

// A receive takes the message with its tag, whichever came first.
for (const tag of [1, 2, 3]) await world.send(`tag ${tag}`, { dest: right, tag });
for (const tag of [3, 1, 2]) assert.equal(await world.recv({ source: left, tag }), `tag ${tag}`);

// The tag is 0 when none is given, and ANY_TAG takes the oldest.
await world.send("zero", { dest: right });
await world.send("largest", { dest: right, tag: 2 ** 31 - 1 });
const first = await world.mprobe({ source: left, tag: ANY_TAG });
assert.deepEqual([first.source, first.tag], [left, 0]);
assert.equal(await first.recv(), "zero");
assert.equal(await world.recv({ tag: 2 ** 31 - 1 }), "largest");

// Receives that are not awaited match in the order of their calls.
await world.barrier();
const posted = [
	world.recv({ source: left }),
	world.recv({ source: left, tag: 5 }),
	world.recv({ source: ANY_SOURCE, tag: 6 }),
	world.recv(),
];
for (const [index, tag] of [6, 5, 6, 5].entries()) void world.send(index, { dest: right, tag });
assert.deepEqual(await Promise.all(posted), [0, 1, 2, 3]);
// Nothing that comes later may meet the receive from anybody.
await world.barrier();

// Small, large and empty messages do not overtake each other.
const lengths = [10, 1_500_000, 0, 3000, 70_000, 1_500_000, 1, 200_000, 1_048_576, 1_048_577, 8];
const sends = lengths.map((length) =>
	world.send(new Uint8Array(length).fill(length), { dest: right, tag: 9 }),
);
for (const length of lengths) {
	const array = await world.recv<Uint8Array>({ source: left, tag: 9 });
	assert.equal(array.length, length);
	if (length > 0) assert.equal(array.at(-1), length % 256);
}
await Promise.all(sends);

// ANY_SOURCE keeps the order of each source.
const EACH = 50;
for (let count = 0; count < EACH; count++) await world.send([rank, count], { dest: 0, tag: 4 });
if (rank === 0) {
	const next = new Array<number>(size).fill(0);
	for (let count = 0; count < EACH * size; count++) {
		const [source, number] = await world.recv<[number, number]>({ source: ANY_SOURCE, tag: 4 });
		assert.equal(number, next[source]);
		next[source] = number + 1;
	}
	assert.deepEqual(next, new Array(size).fill(EACH));
}

// A ring in which everybody sends first: sendrecv cannot deadlock, whatever the size.
for (const length of [1, 2_000_000]) {
	const got = await world.sendrecv<Float32Array>(new Float32Array(length).fill(rank), {
		dest: right,
		sendTag: 11,
		source: left,
		recvTag: 11,
	});
	assert.deepEqual(got, new Float32Array(length).fill(left));
}

// PROC_NULL: everything completes at once and moves nothing.
await world.send("nobody", { dest: PROC_NULL });
await world.ssend("nobody", { dest: PROC_NULL });
assert.equal(await world.recv({ source: PROC_NULL }), undefined);
const nothing = await world.mprobe({ source: PROC_NULL });
assert.deepEqual([nothing.source, nothing.tag, nothing.byteLength], [PROC_NULL, ANY_TAG, 0]);
assert.equal(await nothing.recv(), undefined);
assert.equal(world.iprobe({ source: PROC_NULL })?.source, PROC_NULL);
const untouched = Int8Array.of(5);
assert.equal((await world.recvInto(untouched, { source: PROC_NULL })).count, 0);
assert.deepEqual(untouched, Int8Array.of(5));
assert.equal(await world.sendrecv("edge", { dest: PROC_NULL, source: PROC_NULL }), undefined);

await world.barrier();
assert.equal(world.iprobe(), undefined);
