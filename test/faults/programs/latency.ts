/** Ranks 1 to 5 are killed one after the other; rank 0 prints how long it takes until it knows, in milliseconds. */
import { init } from "tsmpi";

const { world } = await init();
if (world.rank > 0) {
	await world.send(process.pid, { dest: 0 });
	await world.recv({ source: 0 });
}
for (let source = 1; source < world.size; source++) {
	const pid = await world.recv<number>({ source });
	const failure = world.recv({ source }).catch((error: { code: string }) => error.code);
	const from = performance.now();
	process.kill(pid, "SIGKILL");
	console.log(await failure, performance.now() - from);
}
