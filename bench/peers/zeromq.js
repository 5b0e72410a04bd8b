import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Pull, Push } from "zeromq";

/**
 * The peer to beat: two ranks with one Push and one Pull each, and nothing in between.
 *
 * @param {import("tsmpi").Comm} world
 */
export async function openZeromq(world) {
	const folder = await world.bcast(world.rank === 0 ? mkdtempSync(join(tmpdir(), "raw-")) : undefined);
	const inbox = new Pull({ receiveHighWaterMark: 0, linger: 0 });
	const lane = new Push({ sendHighWaterMark: 0, linger: 0 });
	await inbox.bind(`ipc://${folder}/${world.rank}`);
	await world.barrier();
	lane.connect(`ipc://${folder}/${1 - world.rank}`);
	return {
		/** @param {Uint8Array} bytes */
		send: (bytes) => lane.send(bytes),
		recv: () => inbox.receive(),
		close: () => {
			inbox.close();
			lane.close();
			if (world.rank === 0) rmSync(folder, { recursive: true, force: true });
		},
	};
}
