/** The first half of the ranks waits for the second, which never speaks; it goes on without. */
import { init, MpiError, SUM } from "tsmpi";

const { world } = await init();
const { rank, size } = world;
const source = size - 1 - rank;
console.log(`rank ${rank} waits`);
// Something to do: not a deadlock.
if (rank > source) setInterval(() => {}, 60_000);
else {
	try {
		await world.recv({ source });
	} catch (error) {
		if (!(error instanceof MpiError)) throw error;
		const left = await world.shrink();
		const count = await left.allreduce(1, { op: SUM });
		console.log(`rank ${rank} lost ${source} to ${error.code}, ${count} are left`);
	}
}
