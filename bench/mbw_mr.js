// Bandwidth and message rate of several pairs at the same time (osu_mbw_mr: windows of 64 messages, then one answer):
//   npx tsmpirun -np 4 bench/mbw_mr.js [LARGEST]
import { MAX } from "tsmpi";
import { joinPairs, loops, perSize, timed, WINDOW } from "./osu.js";

const { world, pairs, sends, other } = await joinPairs();

await perSize(world, "mbw_mr", ["MB/s", "messages/s"], async (bytes) => {
	const data = new Uint8Array(bytes);
	const times = { count: Math.ceil(loops(bytes).count / 10), skip: 1 };
	const own = await timed(times, async () => {
		const window = Array.from({ length: WINDOW }, () =>
			sends ? world.send(data, { dest: other }) : world.recv({ source: other }),
		);
		await Promise.all(window);
		if (sends) await world.recv({ source: other });
		else await world.send(0, { dest: other });
	});
	const ms = await world.allreduce(own, { op: MAX });
	const messages = times.count * WINDOW * pairs;
	return [(messages * bytes) / 1000 / ms, (messages / ms) * 1000];
});
