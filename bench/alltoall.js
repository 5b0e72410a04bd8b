// Time of an alltoall (osu_alltoall); the size is that of each block:
//   npx tsmpirun -np 4 bench/alltoall.js [LARGEST]
import { collective } from "./osu.js";

await collective("alltoall", 1, (world, bytes) => {
	const blocks = new Uint8Array(bytes * world.size);
	return () => world.alltoall(blocks);
});
