// Time of a broadcast from rank 0 (osu_bcast):
//   npx tsmpirun -np 4 bench/bcast.js [LARGEST]
import { collective } from "./osu.js";

await collective("bcast", 1, (world, bytes) => {
	const data = world.rank === 0 ? new Uint8Array(bytes) : undefined;
	return () => world.bcast(data);
});
