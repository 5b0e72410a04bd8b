/** Ways in which ranks leave a job of two or more, named by the first argument. */
import { init } from "tsmpi";

const mpi = await init();
const { world } = mpi;
const { rank } = world;
const big = 20_000_000;

switch (process.argv[2]) {
	case "send-and-finish":
		// Rank 0 is at its end at once, with messages of all kinds on their way.
		if (rank === 0) {
			for (let count = 0; count < 100; count++) void world.send(count, { dest: 1 });
			void world.send(new Uint8Array(500_000).fill(7), { dest: 1 });
			void world.send(new Uint8Array(big).fill(8), { dest: 1 });
		} else {
			let sum = 0;
			for (let count = 0; count < 100; count++) sum += await world.recv<number>();
			const small = await world.recv<Uint8Array>();
			const large = await world.recv<Uint8Array>();
			console.log(sum, small.length, small.at(-1), large.length, large.at(-1));
		}
		break;
	case "exit-while-needed":
		if (rank === 1) process.exit(0);
		await world.send(new Uint8Array(big), { dest: 1 });
		break;
	case "finalize-while-needed":
		if (rank === 1) await mpi.finalize();
		else await world.send(new Uint8Array(big), { dest: 1 });
		break;
	case "throw":
		if (rank === 1) throw new RangeError("rank 1 has had enough");
		await world.recv();
		break;
	case "reject":
		if (rank === 1) void Promise.reject(new Error("nobody caught this"));
		await world.recv();
		break;
	case "abort":
		if (rank === 1) await mpi.abort(7, "no more data");
		await world.recv();
		break;
	case "abort-alone":
		await mpi.abort(9, "alone");
		break;
	case "recv-alone":
		await world.recv();
		break;
	case "deadline-alone":
		try {
			await world.recv({ signal: AbortSignal.timeout(300) });
		} catch (error) {
			console.log((error as Error).name);
		}
		break;
	case "different-calls":
		await (rank === 0 ? world.barrier() : world.allgather(rank));
		break;
	case "different-roots":
		// Both are done with their part before they hear of each other.
		await world.bcast(rank, { root: rank });
		await world.barrier();
		break;
	case "different-gathers":
		await world.gather(rank, { root: rank });
		break;
	case "idle": {
		// The work of the start, such as compiling, is over before it is measured.
		const waitFor = (ms: number) => world.recv({ signal: AbortSignal.timeout(ms) }).catch(() => undefined);
		await waitFor(500);
		const from = { cpu: process.cpuUsage(), time: performance.now() };
		await waitFor(3000);
		const { user, system } = process.cpuUsage(from.cpu);
		console.log((100 * (user + system)) / 1000 / (performance.now() - from.time));
		break;
	}
}
