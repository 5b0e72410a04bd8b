// Time of a reduction of 4-byte floats to every rank by SUM (osu_allreduce):
//   npx tsmpirun -np 4 bench/allreduce.js [LARGEST]
import { SUM } from "tsmpi";
import { collective } from "./osu.js";

await collective("allreduce", 4, (world, bytes) => {
	const data = new Float32Array(bytes / 4);
	return () => world.allreduce(data, { op: SUM });
});
