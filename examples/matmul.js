/**
 * Multiplies two matrices: every rank gets some rows of A and all of B, and computes the same rows of C = A B.
 * Shows: scatterv, bcast, gatherv.
 *
 *   npx tsmpirun -np 4 examples/matmul.js
 *   npx tsmpirun -np 4 examples/matmul.js 1000
 */
import { init } from "tsmpi";

const { world } = await init();
const { rank, size } = world;
const n = Number(process.argv[2] ?? 200);

/** n x n whole numbers, row by row, so that the result is exact. @param {number} seed */
const matrix = (seed) => Float64Array.from({ length: n * n }, (_, i) => ((i * seed) % 19) - 9);

/** Product of some rows and a matrix of n columns. @param {Float64Array} rows @param {Float64Array} b */
function multiply(rows, b) {
	const columns = b.length / n;
	const c = new Float64Array((rows.length / n) * columns);
	for (let i = 0; i < rows.length / n; i++) {
		for (let k = 0; k < n; k++) {
			const factor = rows[i * n + k] ?? 0;
			for (let j = 0; j < columns; j++) {
				c[i * columns + j] = (c[i * columns + j] ?? 0) + factor * (b[k * columns + j] ?? 0);
			}
		}
	}
	return c;
}

// Only rank 0 has the matrices. n need not be a multiple of size: the first ranks get one row more.
const a = rank === 0 ? matrix(7) : undefined;
const b = await world.bcast(rank === 0 ? matrix(11) : new Float64Array(0));
const counts = Array.from({ length: size }, (_, r) => n * (Math.floor(n / size) + (r < n % size ? 1 : 0)));

const rows = await world.scatterv(a, { counts });
const c = await world.gatherv(multiply(rows, b));

if (a !== undefined && c !== undefined) {
	// Freivalds' check: C x = A (B x) takes n² steps instead of n³.
	const x = Float64Array.from({ length: n }, (_, i) => (i % 5) - 2);
	const expected = multiply(a, multiply(b, x));
	const right = multiply(c, x).every((value, i) => value === expected[i]);
	if (!right) throw new Error("C is not A B");
	const trace = Array.from({ length: n }, (_, i) => c[i * n + i] ?? 0).reduce((sum, value) => sum + value, 0);
	console.log(`C = A B of ${n} x ${n} is right; its trace is ${trace}`);
}
