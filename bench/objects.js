// One-way latency of a nested object between two ranks: half a round trip of packing, sending, receiving, unpacking:
//   npx tsmpirun -np 2 bench/objects.js [LARGEST]
import { joinPairs, loops, perSize, timed } from "./osu.js";
import { nested } from "./payload.js";

const { world, sends, other } = await joinPairs();

await perSize(world, "objects", ["us"], async (bytes) => {
	const value = nested(bytes);
	const times = loops(bytes);
	const ms = await timed(times, async () => {
		if (sends) await world.send(value, { dest: other });
		await world.recv({ source: other });
		if (!sends) await world.send(value, { dest: other });
	});
	return [(ms * 1000) / times.count / 2];
});
