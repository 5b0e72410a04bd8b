// One-way latency between two ranks (osu_latency: half a round trip), side by side with raw zeromq.js and
// process.send in the same run:  npx tsmpirun -np 2 bench/latency.js [LARGEST]
import { init } from "tsmpi";
import { openProcessSend } from "./peers/process-send.js";
import { openZeromq } from "./peers/zeromq.js";
import { median, row, sizes } from "./table.js";

const ROUNDS = 7;
const { world } = await init();
if (world.size !== 2) throw new Error(`bench/latency.js needs 2 ranks, not ${world.size}`);
const other = 1 - world.rank;
const first = world.rank === 0;
const raw = await openZeromq(world);
let node = first ? openProcessSend() : undefined;

/** @param {number} count @param {() => Promise<unknown>} step Microseconds one way. */
async function time(count, step) {
	const begin = performance.now();
	for (let i = 0; i < count; i++) await step();
	return ((performance.now() - begin) * 1000) / count / 2;
}

/** @param {Uint8Array} bytes */
const viaTsmpi = async (bytes) => {
	if (first) await world.send(bytes, { dest: other });
	await world.recv({ source: other });
	if (!first) await world.send(bytes, { dest: other });
};

/** @param {Uint8Array} bytes */
const viaZeromq = async (bytes) => {
	if (first) await raw.send(bytes);
	await raw.recv();
	if (!first) await raw.send(bytes);
};

/** @param {number} count @param {Uint8Array} bytes */
async function timeNode(count, bytes) {
	const peer = node;
	if (peer === undefined) return Number.NaN;
	return await time(count, () => peer.roundTrip(bytes)).catch(() => {
		peer.close();
		node = undefined;
		return Number.NaN;
	});
}

if (first) row(["bytes", "tsmpi us", "zeromq us", "process us", "/ zeromq", "/ process"]);
for (const size of sizes(Number(process.argv[2] ?? 2 ** 23))) {
	const bytes = new Uint8Array(size);
	const count = size <= 8192 ? 1000 : size <= 2 ** 20 ? 100 : 10;
	/** @type {number[][]} */
	const results = [[], [], []];
	for (let round = 0; round <= ROUNDS; round++) {
		await world.barrier();
		const tsmpi = await time(count, () => viaTsmpi(bytes));
		await world.barrier();
		const zeromq = await time(count, () => viaZeromq(bytes));
		const ipc = await timeNode(count, bytes);
		// The first round warms up.
		if (round > 0) [tsmpi, zeromq, ipc].forEach((value, i) => void results[i]?.push(value));
	}
	const [tsmpi = 0, zeromq = 0, ipc = 0] = results.map(median);
	if (first) row([`${size}`, tsmpi, zeromq, ipc, tsmpi / zeromq, tsmpi / ipc]);
}
// The last message must have arrived: closing throws away what is still under way.
await world.barrier();
raw.close();
node?.close();
