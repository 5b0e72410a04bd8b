// Runs every benchmark and its peers, and writes bench/RESULTS.md: raw zeromq.js and Node's own channels, bare Node
// processes, node-llama-cpp driven directly, and the same rows under mpi4py with Open MPI, by shared memory and by tcp:
//   npm run bench                      all of it
//   node bench/compare.js mpi4py       one part: messages, start-up, engine, mpi4py
import { execFileSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { cpus, release, totalmem } from "node:os";
import { join } from "node:path";
import { figures, ROOT, run, tsmpirun } from "./run.js";

const PACKAGES = ["openmpi-bin", "python3-mpi4py", "python3-numpy"];
const PYTHON = "/usr/bin/python3";
/** What is shown of each table. */
const SHOWN = [0, 8, 1024, 65536, 2 ** 20, 2 ** 22];

/** @typedef {{ name: string, ranks: readonly number[], unit: "us" | "MB/s", script?: string, mode?: string, last: number }} Row */
/** @type {readonly Row[]} */
const ROWS = [
	{ name: "latency", script: "multi_lat", ranks: [2], unit: "us", last: 2 ** 22 },
	{ name: "latency", script: "objects", mode: "object", ranks: [2], unit: "us", last: 2 ** 22 },
	{ name: "bandwidth", script: "mbw_mr", ranks: [2], unit: "MB/s", last: 2 ** 22 },
	{ name: "bibw", ranks: [2], unit: "MB/s", last: 2 ** 22 },
	{ name: "multi_lat", ranks: [4, 8], unit: "us", last: 2 ** 22 },
	{ name: "mbw_mr", ranks: [4, 8], unit: "MB/s", last: 2 ** 20 },
	{ name: "barrier", ranks: [2, 4, 8], unit: "us", last: 0 },
	...["bcast", "gather", "scatter", "allgather", "alltoall", "reduce", "allreduce"].map(
		(name) => /** @type {const} */ ({ name, ranks: [2, 4, 8], unit: "us", last: 2 ** 20 }),
	),
];

/** Open MPI and mpi4py from Debian, installed where that is possible. */
function requireMpi() {
	try {
		execFileSync("mpirun", ["--version"], { stdio: "ignore" });
		execFileSync(PYTHON, ["-c", "import mpi4py, numpy"], { stdio: "ignore" });
		return;
	} catch {
		if (process.getuid?.() !== 0) throw new Error(`Cannot compare: install ${PACKAGES.join(", ")} first`);
	}
	execFileSync("apt-get", ["update"], { stdio: "ignore" });
	execFileSync("apt-get", ["install", "-y", "--no-install-recommends", ...PACKAGES], { stdio: "ignore" });
}

/** @param {Row} row @param {number} ranks @param {string} transports */
function mpi4py({ name, mode = "buffer", last }, ranks, transports) {
	const launcher = ["mpirun", "--allow-run-as-root", "--oversubscribe", "--mca", "btl", transports];
	const program = [PYTHON, "-m", "mpi4py", "bench/peers/osu.py", name, mode, `${last}`];
	return run([...launcher, "-np", `${ranks}`, ...program]);
}

/** One table of the comparison with mpi4py. @param {Row} row @param {number} ranks */
async function compare(row, ranks) {
	const script = row.script ?? row.name;
	const own = figures(await run(tsmpirun(ranks, [`bench/${script}.js`, `${row.last}`])));
	const shared = figures(await mpi4py(row, ranks, "vader,self"));
	const tcp = figures(await mpi4py(row, ranks, "tcp,self"));
	const title = row.mode === "object" ? "nested objects, latency" : row.name;
	const lines = [
		`**${title}, ${ranks} ranks**`,
		"",
		`| bytes | tsmpi ${row.unit} | mpi4py shared memory | mpi4py tcp | speed against shared memory | against tcp |`,
		"| --- | --- | --- | --- | --- | --- |",
	];
	for (const bytes of SHOWN) {
		const [a, b, c] = [own.get(bytes), shared.get(bytes), tcp.get(bytes)];
		if (a === undefined || b === undefined || c === undefined) continue;
		const speed = (/** @type {number} */ peer) => (row.unit === "us" ? peer / a : a / peer).toFixed(2);
		lines.push(`| ${bytes} | ${a} | ${b} | ${c} | ${speed(b)}x | ${speed(c)}x |`);
	}
	return [...lines, ""];
}

/** The output of a command under its own name. @param {string} shown @param {readonly string[]} command */
async function table(shown, command) {
	return [`\`${shown}\``, "", "```", (await run(command)).trimEnd(), "```", ""];
}

/** @type {Record<string, () => Promise<string[]>>} */
const PARTS = {
	messages: async () => [
		"## Messages against raw zeromq.js and process.send",
		"",
		"Ratios are tsmpi's time divided by the peer's.",
		"",
		...(await table("npx tsmpirun -np 2 bench/latency.js", tsmpirun(2, ["bench/latency.js"]))),
		...(await table("npx tsmpirun -np 2 bench/bandwidth.js", tsmpirun(2, ["bench/bandwidth.js"]))),
	],
	"start-up": async () => [
		"## Start-up",
		"",
		...(await table("node bench/startup.js", [process.execPath, "bench/startup.js"])),
	],
	engine: async () => [
		"## The layers around the engine",
		"",
		...(await table("node bench/engine.js", [process.execPath, "bench/engine.js"])),
		...(await table("node bench/prefill.js", [process.execPath, "bench/prefill.js"])),
	],
	mpi4py: async () => {
		requireMpi();
		const version = (await run(["mpirun", "--version"])).split("\n")[0] ?? "";
		const lines = [
			"## mpi4py",
			"",
			`\`node bench/compare.js mpi4py\`: ${version} under mpi4py, numpy buffers and (objects) pickle. Its ranks spin`,
			"while they wait; those of tsmpi sleep.",
			"",
		];
		for (const row of ROWS) for (const ranks of row.ranks) lines.push(...(await compare(row, ranks)));
		return lines;
	},
};

const wanted = process.argv.slice(2);
const names = wanted.length === 0 ? Object.keys(PARTS) : wanted;
const cores = cpus();
const report = [
	"# Results",
	"",
	`Made by \`npm run bench\`: ${cores.length} cores of ${cores[0]?.model.trim()}, ${Math.round(totalmem() / 2 ** 30)} GiB,`,
	`Linux ${release()}, Node ${process.versions.node}. A shared machine: compare numbers inside one table.`,
	"",
];
for (const name of names) {
	const part = PARTS[name];
	if (part === undefined) throw new Error(`Unknown part ${name}: there are ${Object.keys(PARTS).join(", ")}`);
	const lines = await part();
	console.log(lines.join("\n"));
	report.push(...lines);
}
if (wanted.length === 0) writeFileSync(join(ROOT, "bench", "RESULTS.md"), report.join("\n"));
