// Bandwidth of two ranks that send to each other at the same time (osu_bibw: windows of 64 messages both ways):
//   npx tsmpirun -np 2 bench/bibw.js [LARGEST]
import { joinPairs, loops, perSize, timed, WINDOW } from "./osu.js";

const { world, sends, other } = await joinPairs();

await perSize(world, "bibw", ["MB/s"], async (bytes) => {
	const data = new Uint8Array(bytes);
	const times = { count: Math.ceil(loops(bytes).count / 10), skip: 1 };
	const ms = await timed(times, async () => {
		const window = Array.from({ length: WINDOW }, () => [
			world.recv({ source: other }),
			world.send(data, { dest: other }),
		]);
		await Promise.all(window.flat());
		if (sends) await world.recv({ source: other });
		else await world.send(0, { dest: other });
	});
	return [(2 * times.count * WINDOW * bytes) / 1000 / ms];
});
