// Runs every benchmark and its peers, and writes bench/RESULTS.md: raw zeromq.js and Node's own channels, bare Node
// processes, node-llama-cpp driven directly, and the same rows under mpi4py with Open MPI, by shared memory and by tcp.
// `node bench/documents.js` brings the tables of the documents up to date with it:
//   npm run bench                      all of it
//   node bench/compare.js mpi4py       one part; on a machine with NVIDIA GPUs also: gpu
import { execFileSync } from "node:child_process";
import { existsSync, writeFileSync } from "node:fs";
import { cpus, release, totalmem } from "node:os";
import { RESULTS, readParts } from "./results.js";
import { figures, run, tsmpirun } from "./run.js";
import { times } from "./table.js";

const PACKAGES = ["openmpi-bin", "python3-mpi4py", "python3-numpy"];
const PYTHON = "/usr/bin/python3";
/** What is measured of each table. */
const SIZES = [8, 1024, 65536, 2 ** 20, 2 ** 22];
/** An operation without data. */
const NO_DATA = 0;

/** @typedef {{ name: string, ranks: readonly number[], unit: "us" | "MB/s", script?: string, mode?: string, last: number }} Row */
/** @type {readonly Row[]} */
const ROWS = [
	{ name: "latency", script: "multi_lat", ranks: [2], unit: "us", last: 2 ** 22 },
	{ name: "latency", script: "objects", mode: "object", ranks: [2], unit: "us", last: 2 ** 22 },
	{ name: "bandwidth", script: "mbw_mr", ranks: [2], unit: "MB/s", last: 2 ** 22 },
	{ name: "bibw", ranks: [2], unit: "MB/s", last: 2 ** 22 },
	{ name: "multi_lat", ranks: [4, 8], unit: "us", last: 2 ** 22 },
	{ name: "mbw_mr", ranks: [4, 8], unit: "MB/s", last: 2 ** 20 },
	{ name: "barrier", ranks: [2, 4, 8], unit: "us", last: NO_DATA },
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

/** As the benchmarks take them. @param {number} last */
function sizesOf(last) {
	return last === NO_DATA ? "1" : SIZES.filter((size) => size <= last).join(",");
}

/** @param {Row} row @param {number} ranks @param {string} transports */
function mpi4py({ name, mode = "buffer", last }, ranks, transports) {
	const launcher = ["mpirun", "--allow-run-as-root", "--oversubscribe", "--mca", "btl", transports];
	const program = [PYTHON, "-m", "mpi4py", "bench/peers/osu.py", name, mode, sizesOf(last)];
	return run([...launcher, "-np", `${ranks}`, ...program]);
}

/** One table of the comparison with mpi4py. @param {Row} row @param {number} ranks */
async function compare(row, ranks) {
	const script = row.script ?? row.name;
	const own = figures(await run(tsmpirun(ranks, [`bench/${script}.js`, sizesOf(row.last)])));
	const shared = figures(await mpi4py(row, ranks, "vader,self"));
	const tcp = figures(await mpi4py(row, ranks, "tcp,self"));
	const title = row.mode === "object" ? "nested objects, latency" : row.name;
	const lines = [
		`**${title}, ${ranks} ranks**`,
		"",
		`| bytes | tsmpi ${row.unit} | mpi4py shared memory | mpi4py tcp | slower than shared memory | slower than tcp |`,
		"| --- | --- | --- | --- | --- | --- |",
	];
	for (const bytes of [NO_DATA, ...SIZES]) {
		const [a, b, c] = [own.get(bytes), shared.get(bytes), tcp.get(bytes)];
		if (a === undefined || b === undefined || c === undefined) continue;
		const slower = (/** @type {number} */ peer) => times(row.unit === "us" ? a / peer : peer / a);
		lines.push(`| ${bytes} | ${a} | ${b} | ${c} | ${slower(b)} | ${slower(c)} |`);
	}
	return [...lines, ""];
}

/** The output of a command under its own name. @param {string} shown @param {readonly string[]} command */
async function table(shown, command) {
	return [`\`${shown}\``, "", "```", (await run(command)).trimEnd(), "```", ""];
}

/**
 * A part that is made of benchmarks' own output.
 *
 * @param {string} title
 * @param {string} text
 * @param {readonly (readonly [ranks: number, ...words: string[]])[]} programs Without ranks, a program that Node runs.
 */
function tables(title, text, ...programs) {
	return async () => {
		const lines = [`## ${title}`, "", text, ""];
		for (const [ranks, ...words] of programs) {
			const shown = ranks === 0 ? "node" : `npx tsmpirun -np ${ranks}`;
			const command = ranks === 0 ? [process.execPath, ...words] : tsmpirun(ranks, words);
			lines.push(...(await table(`${shown} ${words.join(" ")}`, command)));
		}
		return lines;
	};
}

/** @type {Record<string, () => Promise<string[]>>} */
const PARTS = {
	messages: tables(
		"Messages against raw zeromq.js and process.send",
		"Ratios are tsmpi's time divided by the peer's.",
		[2, "bench/latency.js"],
		[2, "bench/bandwidth.js"],
	),
	"start-up": tables("Start-up", "Against as many bare Node processes.", [0, "bench/startup.js"]),
	engine: tables(
		"The layers around the engines",
		"A job of one rank against the same llama.cpp without tsmpi.",
		[0, "bench/engine.js"],
		[0, "bench/prefill.js"],
	),
	encryption: tables(
		"Encryption between hosts",
		"Two ranks over tcp on one machine, with CURVE and with --insecure.",
		[0, "bench/curve.js"],
	),
	hosts: tables(
		"Start over several hosts",
		"Three hosts made of network namespaces on one machine, against Open MPI over the same ssh.",
		[0, "bench/hosts.js"],
	),
	schedule: tables(
		"Scheduling",
		"What a decision costs, what handing a prompt out costs, and what the policies are worth.",
		[0, "bench/schedule.js"],
		[4, "bench/dispatch.js"],
		[4, "bench/dispatch.js", "1000000"],
		[0, "bench/policies.js"],
	),
	mpi4py: async () => {
		requireMpi();
		const version = (await run(["mpirun", "--version"])).split("\n")[0] ?? "";
		const lines = [
			"## mpi4py",
			"",
			`\`node bench/compare.js mpi4py\`: ${version} under mpi4py, numpy buffers and (objects) pickle. Its ranks spin`,
			"while they wait; those of tsmpi sleep. 2.00x is twice as slow as the peer; below 1 tsmpi is the faster one.",
			"",
		];
		for (const row of ROWS) for (const ranks of row.ranks) lines.push(...(await compare(row, ranks)));
		return lines;
	},
	gpu: async () => ["## GPUs", "", (await run(["bench/gpu.sh"])).trimEnd(), ""],
};

const HEAD = `# Results

Each part says how, where and when it was measured. \`npm run bench\` measures all parts but the GPUs' and replaces them
here, one by one; a part that is missing has no recorded run. \`node bench/documents.js\` then brings the tables of README.md and
docs/benchmarks.md up to date.
`;

/** In words. */
function machine() {
	const cores = cpus();
	const memory = Math.round(totalmem() / 2 ** 30);
	const today = new Date().toISOString().slice(0, 10);
	return `${today}, ${cores.length} cores of ${cores[0]?.model.trim()}, ${memory} GiB, Linux ${release()}, Node ${process.versions.node}`;
}

const wanted = process.argv.slice(2);
const names = wanted.length === 0 ? Object.keys(PARTS).filter((name) => name !== "gpu") : wanted;
const unknown = names.find((name) => !(name in PARTS));
if (unknown !== undefined)
	throw new Error(`Unknown part ${unknown}: there are ${Object.keys(PARTS).join(", ")}`);
for (const name of names) {
	const part = PARTS[name];
	if (part === undefined) continue;
	const [title = "", ...lines] = await part();
	const text = [title, "", `\`node bench/compare.js ${name}\` (${machine()})`, ...lines].join("\n");
	console.log(text);
	// At once: a later part that fails takes nothing away.
	const parts = existsSync(RESULTS) ? readParts() : new Map();
	parts.set(title.replace("## ", ""), text.replace("## ", ""));
	const all = [...parts.values()].map((each) => `\n## ${each.trim()}\n`);
	writeFileSync(RESULTS, `${HEAD}${all.join("")}`);
}
