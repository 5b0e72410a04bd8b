// How long 4 ranks take for a batch file by a policy, on engines of 0.5 ms a token that need no processor.
//   npx tsmpirun -np 4 bench/makespan.js FILE POLICY
import { init } from "tsmpi";
import { openBatch, runBatch, startMeasurement } from "tsmpi/llama";
import { pacedEngine } from "./paced-engine.js";

const mpi = await init();
const policy = /** @type {import("tsmpi/llama").Policy} */ (process.argv[3]);
const batch = await openBatch(mpi, { in: process.argv[2], temperature: 0 });
const engine = pacedEngine({ slots: 1, msPerToken: 0.5 });
const measurement = await startMeasurement(mpi, engine);
await mpi.world.barrier();
const start = performance.now();
await runBatch(mpi, engine, batch, { policy, inflight: 1, measurement });
if (mpi.world.rank === 0) console.log(performance.now() - start);
