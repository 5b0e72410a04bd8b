import { init, SUM } from "../../../src/index.ts";

/** A rank of a job without tsmpirun; the first argument says what it does once all have joined. */
const mpi = await init();
const { world } = mpi;
const { rank, size } = world;
const say = (text: string) => console.log(`rank ${rank} ${text}`);
await world.barrier();

/** The rank that the second argument names does something, the others wait for a message that never comes. */
const actor = Number(process.argv[3]);
switch (process.argv[2]) {
	case "sum": {
		const sum = await world.allreduce(rank + 1, { op: SUM });
		const place = [size, sum, mpi.localRank, mpi.localSize, mpi.nodeRank];
		say(place.join(" "));
		break;
	}
	case "wait":
		await world.recv();
		break;
	case "stay":
		// A timer could still wake it: this is no deadlock.
		setInterval(() => undefined, 60_000);
		say(`pid ${process.pid}`);
		await world.recv();
		break;
	case "exit":
		if (rank === actor) process.exit(Number(process.argv[4]));
		await world.recv();
		break;
	case "throw":
		if (rank === actor) throw new Error("no more");
		await world.recv();
		break;
	case "abort":
		if (rank === actor) await mpi.abort(5, "enough");
		await world.recv();
		break;
	case "compute":
		say(`pid ${process.pid}`);
		if (rank === actor) for (;;);
		await world.recv();
		break;
}
