/** Ranks 0 and 1 wait for ranks of the other host, which never speak; they go on without them. */
import { init, MpiError, SUM } from "tsmpi";

const { world } = await init();
const { rank, size } = world;
console.log(`rank ${rank} waits`);
const source = size - 1 - rank;
try {
	await world.recv({ source });
} catch (error) {
	if (!(error instanceof MpiError)) throw error;
	const left = await world.shrink();
	const count = await left.allreduce(1, { op: SUM });
	console.log(`rank ${rank} lost ${source} to ${error.code}, ${count} are left`);
}
