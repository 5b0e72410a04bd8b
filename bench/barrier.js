// Time of a barrier (osu_barrier):
//   npx tsmpirun -np 4 bench/barrier.js
import { collective } from "./osu.js";

await collective("barrier", 0, (world) => () => world.barrier());
