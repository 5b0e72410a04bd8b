// Bandwidth from one rank to another (osu_bw: windows of 64 messages, then one answer), and the rate of small
// messages, side by side with raw zeromq.js and process.send in the same run:
//   npx tsmpirun -np 2 bench/bandwidth.js [LARGEST]
import { init } from "tsmpi";
import { openProcessSend } from "./peers/process-send.js";
import { openZeromq } from "./peers/zeromq.js";
import { median, row, sizes } from "./table.js";

const WINDOW = 64;
const ROUNDS = 5;
const { world } = await init();
if (world.size !== 2) throw new Error(`bench/bandwidth.js needs 2 ranks, not ${world.size}`);
const first = world.rank === 0;
const raw = await openZeromq(world);
let node = first ? openProcessSend() : undefined;
const ack = new Uint8Array(4);

/** @param {Uint8Array} bytes @param {number} count */
async function viaTsmpi(bytes, count) {
	const posted = Array.from({ length: count }, () =>
		first ? world.send(bytes, { dest: 1 }) : world.recv({ source: 0 }),
	);
	await Promise.all(posted);
	if (first) await world.recv({ source: 1 });
	else await world.send(ack, { dest: 0 });
}

/** @param {Uint8Array} bytes @param {number} count */
async function viaZeromq(bytes, count) {
	for (let i = 0; i < count; i++) await (first ? raw.send(bytes) : raw.recv());
	await (first ? raw.recv() : raw.send(ack));
}

/** @param {number} windows @param {() => Promise<void>} step Milliseconds. */
async function time(windows, step) {
	await world.barrier();
	const begin = performance.now();
	for (let i = 0; i < windows; i++) await step();
	return performance.now() - begin;
}

/** @param {number} windows @param {Uint8Array} bytes @param {number} count */
async function timeNode(windows, bytes, count) {
	const peer = node;
	return await time(peer === undefined ? 0 : windows, async () => peer?.window(bytes, count)).catch(() => {
		peer?.close();
		node = undefined;
		return Number.NaN;
	});
}

if (first) row(["bytes", "tsmpi MB/s", "zeromq MB/s", "process MB/s", "tsmpi msg/s", "/ zeromq"]);
for (const size of sizes(Number(process.argv[2] ?? 2 ** 24))) {
	const bytes = new Uint8Array(size);
	const count = size <= 2 ** 20 ? WINDOW : 8;
	const windows = size <= 8192 ? 20 : size <= 2 ** 20 ? 2 : 1;
	/** @type {number[][]} */
	const results = [[], [], []];
	for (let round = 0; round <= ROUNDS; round++) {
		const tsmpi = await time(windows, () => viaTsmpi(bytes, count));
		const zeromq = await time(windows, () => viaZeromq(bytes, count));
		const ipc = await timeNode(windows, bytes, count);
		if (round > 0) [tsmpi, zeromq, ipc].forEach((value, i) => void results[i]?.push(value));
	}
	const [tsmpi = 1, zeromq = 1, ipc = 1] = results.map(median);
	const rate = (/** @type {number} */ ms) => (windows * count * size) / 1e6 / (ms / 1000);
	const messages = ((windows * count) / tsmpi) * 1000;
	if (first) row([`${size}`, rate(tsmpi), rate(zeromq), rate(ipc), messages.toFixed(0), zeromq / tsmpi]);
}

// A long stream of small messages, order checked.
const COUNT = 100_000;
await world.barrier();
const begin = performance.now();
for (let i = 0; i < COUNT; i++) {
	if (first) await world.send(i, { dest: 1 });
	else if ((await world.recv({ source: 0 })) !== i) throw new Error(`Message ${i} is out of order`);
}
await world.barrier();
if (first)
	console.log(
		`${COUNT} numbers one way: ${((COUNT / (performance.now() - begin)) * 1000).toFixed(0)} messages/s`,
	);
raw.close();
node?.close();
