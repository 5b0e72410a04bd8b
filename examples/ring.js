/**
 * A token goes once around all ranks, and each rank it passes signs it. Shows: send, recv.
 *
 *   npx tsmpirun -np 4 examples/ring.js
 */
import { init } from "tsmpi";

const { world } = await init();
const { rank, size } = world;
const next = (rank + 1) % size;
const previous = (rank - 1 + size) % size;

if (rank === 0) {
	// Sent before it is received: with one rank, next and previous are the rank itself.
	await world.send([rank], { dest: next });
	/** @type {number[]} */
	const token = await world.recv({ source: previous });
	console.log(`The token came back to rank 0 by way of ranks ${token.join(", ")}`);
} else {
	/** @type {number[]} */
	const token = await world.recv({ source: previous });
	console.log(`Rank ${rank} got the token from rank ${previous}`);
	await world.send([...token, rank], { dest: next });
}
