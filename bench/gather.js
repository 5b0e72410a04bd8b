// Time of a gather at rank 0 (osu_gather); the size is that of each rank's block:
//   npx tsmpirun -np 4 bench/gather.js [LARGEST]
import { collective } from "./osu.js";

await collective("gather", 1, (world, bytes) => {
	const block = new Uint8Array(bytes);
	return () => world.gather(block);
});
