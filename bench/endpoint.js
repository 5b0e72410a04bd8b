// What a request to an endpoint costs rank 0 in processor time, the server's answers coming at once: the difference of two
// runs, per request. Against a bare client of node:http with kept connections, and against another tree of tsmpi.
//   node bench/endpoint.js [OTHER_TREE] [ROUNDS]
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const FEW = 500;
const MANY = 5000;
const INFLIGHT = 4;
const here = fileURLToPath(new URL("..", import.meta.url));
const [other, rounds = "5"] = process.argv.slice(2);
const folder = mkdtempSync(join(tmpdir(), "bench-endpoint-"));
const EVENTS = [
	{
		model: "m",
		choices: [{ index: 0, delta: { role: "assistant", content: "An answer." }, finish_reason: null }],
	},
	{ model: "m", choices: [{ index: 0, delta: {}, finish_reason: "stop" }] },
	{ model: "m", choices: [], usage: { prompt_tokens: 70, completion_tokens: 4 } },
];
const STREAM = `${EVENTS.map((event) => `data: ${JSON.stringify(event)}\n\n`).join("")}data: [DONE]\n\n`;

const server = createServer((incoming, outgoing) => {
	incoming.resume().on("end", () => {
		if (incoming.url === "/v1/models") outgoing.end(JSON.stringify({ data: [{ id: "m" }] }));
		else if (incoming.method !== "POST") outgoing.writeHead(404).end("{}");
		else outgoing.writeHead(200, { "content-type": "text/event-stream" }).end(STREAM);
	});
});
await once(server.listen(0, "127.0.0.1"), "listening");
const address = server.address();
const url = `http://127.0.0.1:${typeof address === "object" ? address?.port : ""}/v1`;

for (const count of [FEW, MANY]) {
	const content = "words that stand for a prompt ".repeat(9);
	const lines = Array.from({ length: count }, (_, index) => ({
		...{ custom_id: `r-${index}`, method: "POST", url: "/v1/chat/completions" },
		body: { model: "m", messages: [{ role: "user", content: `${index} ${content}` }], max_tokens: 8 },
	}));
	writeFileSync(input(count), lines.map((line) => `${JSON.stringify(line)}\n`).join(""));
}

/** @type {Readonly<Record<string, (count: number) => readonly string[]>>} */
const clients = {
	bare: (count) => [join(here, "bench/peers/endpoint-client.js"), url, input(count), out(), `${INFLIGHT}`],
	tsmpi: (count) => job(here, count),
	...(other === undefined ? {} : { other: (count) => job(other, count) }),
};
/** @type {Map<string, number[]>} */
const costs = new Map();
for (let round = 0; round < Number(rounds); round++) {
	for (const [name, argv] of Object.entries(clients)) {
		const few = await processorTime(argv(FEW));
		const many = await processorTime(argv(MANY));
		costs.set(name, [...(costs.get(name) ?? []), (many - few) / (MANY - FEW)]);
	}
}
const bare = median(costs.get("bare") ?? []);
console.log(
	`${rounds} rounds, ${FEW} and ${MANY} requests, ${INFLIGHT} at a time; median processor time per request`,
);
for (const [name, all] of costs) {
	const own = median(all);
	console.log(`${name.padEnd(6)} ${own.toFixed(0).padStart(5)} us   ${(own / bare).toFixed(2)}x of bare`);
}
server.close();
rmSync(folder, { recursive: true });

/** @param {number} count */
function input(count) {
	return join(folder, `${count}.jsonl`);
}

function out() {
	return join(folder, "out.jsonl");
}

/** @param {string} tree @param {number} count */
function job(tree, count) {
	rmSync(out(), { force: true });
	return [
		...[join(tree, "dist/launch/cli.js"), "-np", "1", join(tree, "examples/llama_sched.js")],
		...["--endpoint", url, "--in", input(count), "--out", out(), "--inflight", `${INFLIGHT}`],
	];
}

/** Microseconds of the process with rank 0. @param {readonly string[]} argv */
async function processorTime(argv) {
	const file = join(folder, "usage");
	rmSync(file, { force: true });
	const alone = argv[0]?.includes("peers") ?? false;
	const env = {
		...process.env,
		...{ NODE_OPTIONS: `--require ${join(here, "bench/usage.cjs")}`, BENCH_USAGE: file },
		...(alone ? { TSMPI_RANK: "0" } : {}),
	};
	const child = spawn(process.execPath, argv, { env, stdio: ["ignore", "ignore", "inherit"] });
	const [code] = await once(child, "exit");
	if (code !== 0) throw new Error(`${argv.join(" ")} ended with ${code}`);
	return Math.max(...readFileSync(file, "utf8").trim().split("\n").map(Number));
}

/** @param {readonly number[]} all */
function median(all) {
	return all.toSorted((a, b) => a - b)[Math.floor(all.length / 2)] ?? Number.NaN;
}
