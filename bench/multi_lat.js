// One-way latency of several pairs at the same time (osu_multi_lat): half a round trip, mean over the pairs:
//   npx tsmpirun -np 4 bench/multi_lat.js [LARGEST]
import { SUM } from "tsmpi";
import { joinPairs, loops, perSize, timed } from "./osu.js";

const { world, sends, other } = await joinPairs();

await perSize(world, "multi_lat", ["us"], async (bytes) => {
	const data = new Uint8Array(bytes);
	const times = loops(bytes);
	const ms = await timed(times, async () => {
		if (sends) await world.send(data, { dest: other });
		await world.recv({ source: other });
		if (!sends) await world.send(data, { dest: other });
	});
	const sum = await world.allreduce((ms * 1000) / times.count / 2, { op: SUM });
	return [sum / world.size];
});
