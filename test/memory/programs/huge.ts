/** One message of 2 GiB and a byte: its length does not fit into 31 bits. */
import assert from "node:assert/strict";
import { init } from "tsmpi";

const { world } = await init();
const BYTES = 2 ** 31 + 1;
/** Far apart, and at both ends; a prime stride meets every offset within a page. */
const STRIDE = 1_000_003;
const at = (index: number) => (index * 31) % 251;

if (world.rank === 0) {
	const message = new Uint8Array(BYTES);
	for (let index = 0; index < BYTES; index += STRIDE) message[index] = at(index);
	message[BYTES - 1] = 77;
	await world.send(message, { dest: 1 });
	assert.equal(await world.recv({ source: 1 }), "all there");
} else {
	const message = await world.recv<Uint8Array>({ source: 0 });
	assert.equal(message.length, BYTES);
	for (let index = 0; index < BYTES; index += STRIDE)
		assert.equal(message[index], at(index), `byte ${index}`);
	assert.equal(message[BYTES - 1], 77);
	assert.equal(message[BYTES - 2], 0);
	await world.send("all there", { dest: 0 });
}
