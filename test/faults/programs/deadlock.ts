/** Rank 2 dies; ranks 0 and 1 know of it, and wait for each other. */
import { init } from "tsmpi";
import { die, failsWith, type Way } from "./death.ts";

const way = process.argv[2] as Way;
const { world } = await init();
const { rank } = world;

if (rank === 2) {
	for (const source of [0, 1]) await world.recv({ source });
	// Never received.
	await world.send("lost", { dest: 0, tag: 9 });
	await die(way);
}
await world.send("go", { dest: 2 });
await failsWith(world.recv({ source: 2, tag: 1 }), 2, way);
if (rank === 0) await world.agree(true);
else await world.recv({ source: 0, tag: 2 });
