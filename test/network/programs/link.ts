import { setTimeout as delay } from "node:timers/promises";
import { init } from "../../../src/index.ts";

/**
 * The argument says what the ranks do once all of them have exchanged messages.
 *
 * - idle: rank 1 waits for rank 0, which sends nothing.
 * - send: rank 0 sends to rank 1, which waits for it, again and again.
 * - busy: rank 1 computes for long, rank 2 is stopped by somebody, and then both answer rank 0.
 */
const { world } = await init();
const { rank, size } = world;
const others = Array.from({ length: size }, (_, i) => i).filter((other) => other !== rank);
await Promise.all(others.map((dest) => world.send("hello", { dest })));
await Promise.all(others.map((source) => world.recv({ source })));
await world.barrier();
console.log(`rank ${rank} pid ${process.pid}`);

/** Longer than any limit of a connection. */
const LONG_MS = 8000;

switch (process.argv[2]) {
	case "idle":
		if (rank === 0) await delay(120_000);
		await world.recv({ source: 0 });
		break;
	case "send":
		for (let count = 0; ; count++) {
			if (rank === 0) await world.send(count, { dest: 1 });
			if (rank === 1) await world.recv({ source: 0 });
			await delay(100);
		}
	case "busy":
		if (rank === 0) {
			for (const dest of others) await world.send(new Uint8Array(100_000).fill(dest), { dest });
			for (const source of others) {
				const bytes = await world.recv<Uint8Array>({ source });
				if (bytes.some((byte) => byte !== source)) throw new Error(`wrong bytes from rank ${source}`);
			}
			break;
		}
		if (rank === 1) {
			const end = performance.now() + LONG_MS;
			while (performance.now() < end);
			console.log("enough");
		} else await delay(500);
		await world.send(await world.recv({ source: 0 }), { dest: 0 });
		break;
}
