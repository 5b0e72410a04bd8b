/**
 * Every rank says who and where it is. Shows: init, world.rank, world.size, hostname.
 *
 *   npx tsmpirun -np 4 examples/hello.js
 */
import { init } from "tsmpi";

const mpi = await init();
const { rank, size } = mpi.world;

console.log(`Hello from rank ${rank} of ${size} on ${mpi.hostname}`);
