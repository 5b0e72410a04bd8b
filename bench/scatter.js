// Time of a scatter from rank 0 (osu_scatter); the size is that of each rank's block:
//   npx tsmpirun -np 4 bench/scatter.js [LARGEST]
import { collective } from "./osu.js";

await collective("scatter", 1, (world, bytes) => {
	const blocks = Array.from({ length: world.size }, () => new Uint8Array(bytes));
	return () => world.scatter(blocks);
});
