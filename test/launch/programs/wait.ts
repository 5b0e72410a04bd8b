/**
 * Ranks that wait. The first argument says how: `ring` (each in recv from the next), `finalized` (rank 1 is done, the others
 * wait for it), `busy` (rank 0 waits, rank 1 has a timer), `mixed` (barrier on rank 0, recv from it on the others).
 */
import { init } from "tsmpi";

const { world } = await init();
const { rank, size } = world;
const how = process.argv[2];
console.log(`rank ${rank} waits`);
if (how === "ring") await world.recv({ source: (rank + 1) % size, tag: 7 });
else if (how === "finalized" && rank !== 1) await world.recv({ source: 1 });
else if (how === "busy" && rank === 0) await world.recv({ source: 1, tag: 8 });
else if (how === "busy") setInterval(() => {}, 60_000);
else if (how === "mixed" && rank === 0) await world.barrier();
else if (how === "mixed") await world.recv({ source: 0, tag: 1 });
