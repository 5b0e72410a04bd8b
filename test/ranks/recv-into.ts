/** Receiving into the caller's memory. */
import assert from "node:assert/strict";
import { init, MpiError, TruncateError } from "tsmpi";

const { world } = await init();
const { rank, size } = world;
const dest = (rank + 1) % size;
const source = (rank - 1 + size) % size;

// A message may be shorter than the memory: the rest stays as it is.
for (const length of [3, 1000, 300_000]) {
	const target = new Float64Array(length + 2).fill(-1);
	const sent = world.send(new Float64Array(length).fill(rank), { dest, tag: 3 });
	const status = await world.recvInto(target, { source, tag: 3 });
	assert.deepEqual(status, { source, tag: 3, byteLength: length * 8, count: length });
	assert.ok(target.subarray(0, length).every((value) => value === source));
	assert.deepEqual(target.subarray(length), Float64Array.of(-1, -1));
	await sent;
}

// Into a part of a larger array.
const whole = new Uint16Array(6);
await world.send(Uint16Array.of(1, 2), { dest });
await world.recvInto(whole.subarray(2, 4), { source });
assert.deepEqual(whole, Uint16Array.of(0, 0, 1, 2, 0, 0));

// An empty message, and an empty array.
await world.send(new Int8Array(0), { dest });
assert.equal((await world.recvInto(new Int8Array(0), { source })).count, 0);

// Plain bytes are plain bytes.
await world.send(Buffer.from("ab"), { dest });
const bytes = new Uint8Array(2);
await world.recvInto(bytes, { source });
assert.deepEqual(bytes, Uint8Array.of(97, 98));

// Too small: the message is lost, the memory untouched, and the next message comes in order.
for (const length of [5, 200_000]) {
	const small = new Int32Array(4).fill(7);
	const sends = [world.send(new Int32Array(length), { dest }), world.send("next", { dest })];
	await assert.rejects(world.recvInto(small, { source }), (error: unknown) => {
		assert.ok(error instanceof TruncateError && error instanceof MpiError);
		assert.equal(error.name, "TruncateError");
		assert.equal(error.code, "ERR_TRUNCATE");
		assert.deepEqual([error.expected, error.received], [16, length * 4]);
		assert.equal(error.message, `Cannot receive ${length * 4} bytes into memory of 16 bytes`);
		return true;
	});
	assert.deepEqual(small, new Int32Array(4).fill(7));
	assert.equal(await world.recv({ source }), "next");
	await Promise.all(sends);
}

// Another type, or no typed array at all.
for (const [value, text] of [
	[Float32Array.of(1), "Cannot receive a Float32Array into a Float64Array: the types must be equal"],
	[{ a: 1 }, "Cannot receive a value that is no typed array into a Float64Array: the types must be equal"],
	[5, "Cannot receive a value that is no typed array into a Float64Array: the types must be equal"],
] as const) {
	await world.send(value, { dest });
	await assert.rejects(world.recvInto(new Float64Array(10), { source }), { code: "ERR_TYPE", message: text });
}
for (const target of [[1, 2], "text", undefined, new DataView(new ArrayBuffer(8)), new ArrayBuffer(8)]) {
	await assert.rejects(world.recvInto(target as never, { source }), { code: "ERR_TYPE" });
}
