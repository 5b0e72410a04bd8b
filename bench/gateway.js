// What the gateway costs rank 0, beside a bare proxy of node:http over a server of the same pace, in turns:
// processor time per streamed token and per whole answer, what is added to the first token, memory, and what is left of
// clients that went away.
//   node bench/gateway.js [ROUNDS]
import { readFileSync } from "node:fs";
import { clients, startServer } from "./peers/server-process.js";
import { median } from "./table.js";

const rounds = Number(process.argv[2] ?? 3);
const STEP_MS = 20;
const TOKENS = 400;
const SLOTS = 512;
/** Of Linux's clock, in which /proc counts processor time. */
const TICK_MS = 10;

/** @param {readonly string[]} argv */
const peer = (...argv) => startServer(/^listening on /, process.execPath, ...argv);
/** @param {readonly string[]} argv */
const gatewayOf = (...argv) =>
	startServer(
		/^ready: /,
		process.execPath,
		"dist/launch/cli.js",
		"-np",
		"2",
		"bench/peers/gateway-server.js",
		...argv,
	);

/** What a client waits for its first token, one request after the other, while 64 others stream. @param {string} url */
async function probe(url) {
	const streams = clients(url, 64, 1, TOKENS, "stream");
	const { first } = await clients(url, 1, 200, 1, "stream");
	await streams;
	return first;
}

/** @param {number} pid Milliseconds of processor time so far. */
function processorMs(pid) {
	const fields = readFileSync(`/proc/${pid}/stat`, "utf8").split(") ").at(-1)?.split(" ") ?? [];
	return (Number(fields[11]) + Number(fields[12])) * TICK_MS;
}

/** @param {number} pid */
function residentMb(pid) {
	return Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1]) / 1024;
}

/** @type {Map<string, number[]>} */
const figures = new Map();
/**
 * @param {string} name
 * @param {number} value
 */
function note(name, value) {
	figures.set(name, [...(figures.get(name) ?? []), value]);
}

const upstream = await peer("bench/peers/sse-upstream.js", `${STEP_MS}`);
const proxy = await peer("bench/peers/http-proxy.js", upstream.url);
const gateway = await gatewayOf(`${SLOTS}`, `${STEP_MS}`);
const quick = await gatewayOf("64", "0");
const quickProxy = await peer("bench/peers/http-proxy.js", upstream.url);

for (const server of [proxy, gateway]) await clients(server.url, 64, 1, 20, "stream");
for (const server of [quickProxy, quick]) await clients(server.url, 64, 5, 4, "whole");

for (let round = 0; round < rounds; round++) {
	const direct = await probe(upstream.url);
	for (const [name, server] of /** @type {const} */ ([
		["proxy", proxy],
		["gateway", gateway],
	])) {
		const before = processorMs(server.pid);
		const seen = await clients(server.url, 64, 2, TOKENS, "stream");
		note(
			`${name}: us per token, 64 streams of 50/s`,
			((processorMs(server.pid) - before) * 1000) / (128 * TOKENS),
		);
		note(`${name}: streams that failed`, seen.failed);
		const first = await probe(server.url);
		note(`${name}: ms added to the first token beside 64 streams, p50`, first.p50 - direct.p50);
		note(`${name}: ms added to the first token beside 64 streams, p99`, first.p99 - direct.p99);
	}
	for (const [name, server] of /** @type {const} */ ([
		["proxy", quickProxy],
		["gateway", quick],
	])) {
		const before = processorMs(server.pid);
		const seen = await clients(server.url, 64, 50, 4, "whole");
		note(`${name}: us per request that does not stream`, ((processorMs(server.pid) - before) * 1000) / 3200);
		note(`${name}: requests that failed`, seen.failed);
	}
}
const rss = residentMb(gateway.pid);
await lag(gateway.url);
const many = await clients(gateway.url, 200, 1, 150, "stream");
note("gateway: 200 streams, failed", many.failed);
note("gateway: event-loop lag p99 at 200 streams, ms", await lag(gateway.url));
const most = await clients(gateway.url, 500, 1, 100, "stream");
note("gateway: 500 streams, failed", most.failed);
note("gateway: MB that rank 0 grew by at 500 streams", residentMb(gateway.pid) - rss);
await clients(gateway.url, 100, 20, 200, "leave");
await new Promise((resolve) => setTimeout(resolve, 1000));
note("gateway: slots busy 1 s after 2,000 clients left", await busy(gateway.url));
note("gateway: MB that rank 0 grew by after 2,000 clients left", residentMb(gateway.pid) - rss);

console.log(`${rounds} rounds; medians`);
for (const [name, all] of figures) console.log(`${name.padEnd(60)} ${median(all).toFixed(2).padStart(9)}`);
await Promise.all([gateway, quick, proxy, quickProxy, upstream].map((server) => server.stop()));

/** @param {string} url */
async function busy(url) {
	const slots = /** @type {{ is_processing: boolean }[]} */ (await (await fetch(`${url}/slots`)).json());
	return slots.filter((slot) => slot.is_processing).length;
}

/** @param {string} url Milliseconds below which the event loop was late 99 % of the time, since it was last asked. */
async function lag(url) {
	const text = await (await fetch(`${url}/metrics`)).text();
	return Number(/^tsmpi:event_loop_lag_seconds\{quantile="0\.99"\} (\S+)$/m.exec(text)?.[1]) * 1000;
}
