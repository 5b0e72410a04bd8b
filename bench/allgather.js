// Time of an allgather (osu_allgather); the size is that of each rank's block:
//   npx tsmpirun -np 4 bench/allgather.js [LARGEST]
import { collective } from "./osu.js";

await collective("allgather", 1, (world, bytes) => {
	const block = new Uint8Array(bytes);
	return () => world.allgather(block);
});
