// Tokens/s through the gateway against the same llama-server asked directly, one rank, in turns in the same run, with the
// project's own model of 134 million random weights; and of two ranks against one, with engines that only wait.
//   node bench/serve.js [ROUNDS]
import { ensureDemoModel, findLlamaServer } from "tsmpi/llama";
import { clients, startServer } from "./peers/server-process.js";
import { median, row } from "./table.js";

const rounds = Number(process.argv[2] ?? 3);
const TOKENS = 96;
const SLOTS = 16;
const CONTEXT = 512;
const node = process.execPath;
const TSMPIRUN = "dist/launch/cli.js";

const model = await ensureDemoModel("perf");
const binary = findLlamaServer();
if (binary === undefined) console.log("no llama-server: npm run build:llama-server builds one");
else await compareWithServer(binary);
await compareRanks();

/** @param {string} program */
async function compareWithServer(program) {
	const direct = await startServer(/listening on/, program, ...serverArguments());
	const options = ["--engine", "llama-server", "--model", model, "--gpu", "cpu", "--threads", "2"];
	const gateway = await startServer(
		/^ready: /,
		node,
		...[TSMPIRUN, "-np", "1", "examples/llama_serve.js", "--port", "0", "--ctx-size", `${CONTEXT}`],
		...["--inflight", `${SLOTS}`, ...options],
	);
	row(["clients", "gateway tok/s", "direct tok/s", "ratio", "rounds' ratios"]);
	for (const count of [1, 4, 16]) {
		/** @type {[gateway: number, direct: number][]} */
		const speeds = [];
		for (let round = 0; round <= rounds; round++) {
			// In turns: whoever comes second finds a warmer or a slower machine.
			const first = round % 2 === 0 ? await speed(gateway.url, count) : undefined;
			const raw = await speed(direct.url, count);
			speeds.push([first ?? (await speed(gateway.url, count)), raw]);
		}
		// The first one warms up.
		const counted = speeds.slice(1);
		const ratios = counted.map(([through, raw]) => through / raw);
		const figures = [median(counted.map(([through]) => through)), median(counted.map(([, raw]) => raw))];
		row([`${count}`, ...figures, median(ratios), `  ${ratios.map((ratio) => ratio.toFixed(3)).join(" ")}`]);
	}
	await Promise.all([direct.stop(), gateway.stop()]);
}

function serverArguments() {
	return [
		...["--model", model, "--port", "8941", "--parallel", `${SLOTS}`, "--ctx-size", `${SLOTS * CONTEXT}`],
		...["--threads", "2", "--threads-batch", "2", "--threads-http", `${SLOTS + 8}`, "--batch-size", "96"],
		...["--ubatch-size", "96", "--cache-ram", "0", "--no-kv-unified", "--no-ui", "--gpu-layers", "0"],
		...["--fit", "off"],
	];
}

async function compareRanks() {
	/** @type {number[]} */
	const ratios = [];
	for (let round = 0; round < rounds; round++) {
		/** @type {number[]} */
		const speeds = [];
		for (const ranks of [1, 2]) {
			const server = await startServer(
				/^ready: /,
				node,
				...[TSMPIRUN, "-np", `${ranks}`, "bench/peers/gateway-server.js", "8", "20", "8"],
			);
			speeds.push(await speed(server.url, 32));
			await server.stop();
		}
		ratios.push((speeds[1] ?? 0) / (speeds[0] ?? 0));
	}
	console.log(`two ranks against one, 32 clients, 8 slots each: ${median(ratios).toFixed(2)}x`);
}

/** Tokens/s. @param {string} url @param {number} count */
async function speed(url, count) {
	const requests = count === 1 ? 3 : 2;
	const seen = await clients(url, count, requests, TOKENS, "stream");
	if (seen.failed > 0) throw new Error(`${seen.failed} streams failed`);
	return (count * requests * TOKENS * 1000) / seen.ms;
}
