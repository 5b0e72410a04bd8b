// Time of a reduction of 4-byte floats to rank 0 by SUM (osu_reduce):
//   npx tsmpirun -np 4 bench/reduce.js [LARGEST]
import { SUM } from "tsmpi";
import { collective } from "./osu.js";

await collective("reduce", 4, (world, bytes) => {
	const data = new Float32Array(bytes / 4);
	return () => world.reduce(data, { op: SUM });
});
