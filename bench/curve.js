// What encryption between hosts costs: one-way latency and bandwidth of two ranks over tcp on this machine, with CURVE
// and with --insecure, in turn in the same run:
//   node bench/curve.js [LARGEST]
import { figures, run } from "./run.js";
import { median, row } from "./table.js";

const ROUNDS = 3;
const SHOWN = [8, 1024, 65536, 2 ** 20, 2 ** 24];
const largest = Number(process.argv[2] ?? 2 ** 24);

process.env.TSMPI_TRANSPORT = "tcp";

/** @param {string} script @param {readonly string[]} options @returns {Promise<Map<number, number>>} */
async function measure(script, options) {
	const job = ["dist/launch/cli.js", "--quiet", ...options, "-np", "2", `bench/${script}.js`, `${largest}`];
	return figures(await run([process.execPath, ...job]));
}

/**
 * Both ways in turn, so that whatever else the machine does meets both.
 *
 * @param {string} script
 * @returns {Promise<(bytes: number) => number[]>} Medians: plain, encrypted.
 */
async function both(script) {
	/** @type {Map<number, number>[][]} */
	const rounds = [[], []];
	for (let round = 0; round < ROUNDS; round++) {
		rounds[0]?.push(await measure(script, ["--insecure"]));
		rounds[1]?.push(await measure(script, []));
	}
	return (bytes) => rounds.map((maps) => median(maps.map((map) => map.get(bytes) ?? Number.NaN)));
}

const latency = await both("multi_lat");
const bandwidth = await both("mbw_mr");
row(["bytes", "plain us", "curve us", "curve / plain", "plain MB/s", "curve MB/s", "curve / plain"]);
for (const bytes of SHOWN) {
	if (bytes > largest) continue;
	const [plain = 0, curve = 0] = latency(bytes);
	const [fast = 0, slow = 0] = bandwidth(bytes);
	row([`${bytes}`, plain, curve, curve / plain, fast, slow, slow / fast]);
}
