/**
 * Conway's game of life on a torus, cut into strips of rows: a glider that crosses from rank to rank.
 * Shows: cart, shift, sendrecv, gatherv.
 *
 *   npx tsmpirun -np 4 examples/life.js
 *   npx tsmpirun -np 4 examples/life.js 32      # after 32 generations it is back
 */
import { init } from "tsmpi";

const N = 8;
const GLIDER = [1, N + 2, 2 * N, 2 * N + 1, 2 * N + 2];
const generations = Number(process.argv[2] ?? 4);

const { world } = await init();

// A ring of at most N ranks, one above the other. Ranks beyond it have nothing to do.
const ring = await world.cart({ dims: [Math.min(world.size, N)], periods: [true] });
if (ring !== undefined) await live(ring);

/** @param {import("tsmpi").CartComm} ring */
async function live(ring) {
	const up = ring.shift(0, -1);
	const down = ring.shift(0, 1);
	const begin = Math.floor((ring.rank * N) / ring.size);
	const end = Math.floor(((ring.rank + 1) * N) / ring.size);
	let cells = new Uint8Array(N * N).map((_, i) => Number(GLIDER.includes(i))).slice(begin * N, end * N);

	for (let generation = 0; ; generation++) {
		// Strips are of different heights; gatherv does not mind.
		const board = await ring.gatherv(cells);
		if (board !== undefined) console.log(`generation ${generation}\n${picture(board)}`);
		if (generation === generations) return;

		// The halo: while the last row goes down, the one of the rank above comes; and the other way round.
		/** @type {Uint8Array} */
		const above = await ring.sendrecv(cells.subarray(-N), down);
		/** @type {Uint8Array} */
		const below = await ring.sendrecv(cells.subarray(0, N), up);
		cells = step(cells, Uint8Array.of(...above, ...cells, ...below));
	}
}

/** The next generation of some rows. @param {Uint8Array} cells @param {Uint8Array} padded with a row more on each side */
function step(cells, padded) {
	return cells.map((cell, i) => {
		let around = -cell;
		for (const row of [0, 1, 2]) {
			for (const column of [N - 1, N, N + 1]) {
				around += padded[(Math.floor(i / N) + row) * N + ((i + column) % N)] ?? 0;
			}
		}
		return Number(around === 3 || (around === 2 && cell === 1));
	});
}

/** @param {Uint8Array} board */
function picture(board) {
	const text = Array.from(board, (cell) => (cell ? "#" : ".")).join("");
	return text.replaceAll(/.{8}/g, "  $&\n");
}
