// A gateway over engines that take no processor: bench/gateway.js runs it and measures rank 0.
//   tsmpirun -np 2 bench/peers/gateway-server.js SLOTS STEP_MS [SLOTS_OF_RANK_0]
import { init } from "tsmpi";
import { openServer, runServer } from "tsmpi/llama";
import { steppingEngine } from "../stepping-engine.js";

const mpi = await init();
const { rank } = mpi.world;
// Where rank 0 is to be measured as a server, nearly all work is on the others.
const slots = Number(rank === 0 ? (process.argv[4] ?? 1) : process.argv[2]);
const engine = steppingEngine({ slots, stepMs: Number(process.argv[3]) });
const options = { port: 0, inflight: slots, maxQueue: 4096 };
const server = await openServer(mpi, options);
if (rank === 0) console.log(`pid ${process.pid}`);
await runServer(mpi, engine, server, options);
