// The tables of README.md and docs/benchmarks.md, made of what bench/RESULTS.md has recorded. bench/documents.js writes them.
import { figure, printed, table } from "./results.js";
import { times } from "./table.js";

const LATENCY = printed(
	"Messages against raw zeromq.js and process.send",
	"npx tsmpirun -np 2 bench/latency.js",
);
const BANDWIDTH = printed(
	"Messages against raw zeromq.js and process.send",
	"npx tsmpirun -np 2 bench/bandwidth.js",
);
const STARTUP = printed("Start-up", "node bench/startup.js");
const CURVE = printed("Encryption between hosts", "node bench/curve.js");
const HOSTS = printed("Start over several hosts", "node bench/hosts.js", 2);
const ENGINE = printed("The layers around the engines", "node bench/engine.js", 2);
const PREFILL = printed("The layers around the engines", "node bench/prefill.js");
const GPU = table("GPUs", "tokens/s count answers only.", 2);
const LAYERS = table("GPUs", "Layers on the GPU, one rank, 16 requests of 32 tokens:");
/** @param {string} title */
const mpi4py = (title) => table("mpi4py", `**${title}**`);

const KIB = 1024;
const MIB = 2 ** 20;
const SIZES = [8, KIB, 64 * KIB, MIB, 4 * MIB];

/** @param {number} bytes */
function size(bytes) {
	if (bytes >= MIB) return `${bytes / MIB} MiB`;
	return bytes >= KIB ? `${bytes / KIB} KiB` : `${bytes} B`;
}

/** Microseconds in the unit that suits them. @param {number} us */
function time(us) {
	if (us >= 1e6) return `${(us / 1e6).toFixed(1)} s`;
	if (us >= 10_000) return `${(us / 1000).toFixed(0)} ms`;
	if (us >= 1000) return `${(us / 1000).toFixed(1)} ms`;
	return `${us >= 10 ? us.toFixed(0) : us.toFixed(1)} us`;
}

/** Without decimals where they do not count: "1,105", "0.56". @param {number} value */
function whole(value) {
	return value >= 10 ? Math.round(value).toLocaleString("en") : value.toFixed(2);
}

/** How much more time, or less of a rate, than the peer. @param {number} slower */
function compared(slower) {
	if (times(slower) === "1.00x") return "equal";
	return slower >= 1 ? `${times(slower)} slower` : `${times(1 / slower)} faster`;
}

/** A row about times. @param {string} what @param {number} own @param {string} peer @param {number} its */
function timed(what, own, peer, its) {
	return [what, time(own), `${peer}: ${time(its)}`, compared(own / its)];
}

/** A row about rates, of which more is better. @param {string} what @param {number} own @param {string} peer @param {number} its */
function rated(what, own, peer, its) {
	return [what, whole(own), `${peer}: ${whole(its)}`, compared(its / own)];
}

/** One engine under a job of one rank against the same engine driven directly. @param {string} key @param {string} what */
function engine(key, what) {
	return rated(what, figure(ENGINE, key, 2), "the same engine driven directly", figure(ENGINE, key, 3));
}

/** "0.85x of 1296". @param {string} key @param {number} column */
function share(key, column) {
	return Number(/ of (\d+)$/.exec(GPU.get(key)?.[column] ?? "")?.[1]);
}

/** One rank on one GPU against the engine alone. @param {string} name */
function onOneGpu(name) {
	const key = `${name} 1`;
	const own = figure(GPU, key, 3);
	const what = `tokens/s, ${name} on one H100, 16 at a time`;
	return [
		rated(what, own, "the same engine driven directly", share(key, 5)),
		rated(what, own, "llama-batched-bench, which does not sample", share(key, 6)),
	];
}

/** What a second GPU gives. @param {string} name */
function onTwoGpus(name) {
	const [one, two] = [figure(GPU, `${name} 1`, 3), figure(GPU, `${name} 2`, 3)];
	return rated(`tokens/s, ${name} on two H100, 128 requests on each`, two, "one rank, 128 requests", one);
}

const OBJECTS = mpi4py("nested objects, latency, 2 ranks");
const SHARED = mpi4py("latency, 2 ranks");

/** @param {number} bytes */
const againstZeromq = (bytes) =>
	timed(
		`${size(bytes)} one way`,
		figure(LATENCY, `${bytes}`, 1),
		"raw zeromq.js",
		figure(LATENCY, `${bytes}`, 2),
	);
/** @param {number} bytes */
const againstMpi4py = (bytes) =>
	timed(
		`${size(bytes)} one way, buffers`,
		figure(SHARED, `${bytes}`, 1),
		"mpi4py, shared memory",
		figure(SHARED, `${bytes}`, 2),
	);
const objects = timed(
	"nested objects of 1 MiB one way",
	figure(OBJECTS, `${MIB}`, 1),
	"mpi4py, shared memory",
	figure(OBJECTS, `${MIB}`, 2),
);
const small = rated(
	"messages of 8 B in a second",
	figure(BANDWIDTH, "8", 4),
	"raw zeromq.js",
	figure(BANDWIDTH, "8", 4) / figure(BANDWIDTH, "8", 5),
);
const start = timed(
	"a job of 2 ranks, start to end",
	figure(STARTUP, "2", 1) * 1000,
	"two Node processes that import zeromq",
	figure(STARTUP, "2", 3) * 1000,
);
const hosts = timed(
	"12 ranks on 3 hosts, start to end",
	figure(HOSTS, "3 12", 2) * 1000,
	"Open MPI over the same ssh",
	figure(HOSTS, "3 12", 3) * 1000,
);
const curve = timed(
	"1 MiB between hosts, encrypted",
	figure(CURVE, `${MIB}`, 2),
	"with `--insecure`",
	figure(CURVE, `${MIB}`, 1),
);

const COMPARED = ["measured", "tsmpi", "peer", "tsmpi is"];

/**
 * Rows of cells by the name of the table; the first row is its head.
 *
 * @type {Readonly<Record<string, () => (readonly (string | number)[])[]>>}
 */
export const TABLES = {
	summary: () => [
		COMPARED,
		againstZeromq(8),
		small,
		againstMpi4py(8),
		againstMpi4py(MIB),
		objects,
		start,
		engine("1 llama-server", "tokens/s, llama-server, 1 request at a time"),
		engine("4 node-llama-cpp", "tokens/s, node-llama-cpp, 4 at a time"),
		...onOneGpu("llama-server"),
	],
	messages: () => [
		["bytes", "tsmpi", "raw zeromq.js", "tsmpi is", "process.send", "tsmpi is"],
		...SIZES.map((bytes) => {
			const [own, zeromq, process] = [1, 2, 3].map((column) => figure(LATENCY, `${bytes}`, column));
			if (own === undefined || zeromq === undefined || process === undefined) return [];
			return [
				...[size(bytes), time(own), time(zeromq), compared(own / zeromq)],
				...[time(process), compared(own / process)],
			];
		}),
	],
	rates: () => [
		["bytes", "messages/s", "MB/s", "raw zeromq.js MB/s", "tsmpi is"],
		...SIZES.map((bytes) => {
			const [own, zeromq] = [figure(BANDWIDTH, `${bytes}`, 1), figure(BANDWIDTH, `${bytes}`, 2)];
			const messages = figure(BANDWIDTH, `${bytes}`, 4);
			const slower = 1 / figure(BANDWIDTH, `${bytes}`, 5);
			return [size(bytes), whole(messages), whole(own), whole(zeromq), compared(slower)];
		}),
	],
	mpi4py: () => [
		["operation", "ranks", "bytes", "tsmpi", "shared memory", "tsmpi is", "tcp", "tsmpi is"],
		...[
			"latency",
			"nested objects, latency",
			"multi_lat",
			"barrier",
			"bcast",
			"gather",
			"scatter",
			"allgather",
			"alltoall",
			"reduce",
			"allreduce",
		].flatMap(operationRows),
	],
	starts: () => [
		["ranks", "tsmpirun", "bare Node", "tsmpirun is", "Node that imports zeromq", "tsmpirun is"],
		...[...STARTUP.keys()].map((ranks) => {
			const [own = 0, node = 0, zeromq = 0] = [1, 2, 3].map(
				(column) => figure(STARTUP, ranks, column) * 1000,
			);
			return [ranks, time(own), time(node), compared(own / node), time(zeromq), compared(own / zeromq)];
		}),
	],
	hosts: () => [COMPARED, hosts, curve],
	engines: () => [
		COMPARED,
		...["llama-server", "node-llama-cpp"].flatMap((name) =>
			["1", "4"].map((requests) => engine(`${requests} ${name}`, `tokens/s, ${name}, ${requests} at a time`)),
		),
	],
	prefill: () => [
		["engine", "prompt tokens", "gap in the other answers, ms", "slot free after an abort, ms"],
		...[...PREFILL.values()].map((cells) => cells.slice(0, 4)),
	],
	gpu: () => [
		COMPARED,
		...["llama-server", "node-llama-cpp"].flatMap((name) => [...onOneGpu(name), onTwoGpus(name)]),
	],
	layers: () => [["`--gpu-layers`", "tokens/s", "TTFT p50, ms"], ...LAYERS.values()],
};

/** The rows of one operation, on few ranks and on many, small and large. @param {string} name */
function operationRows(name) {
	return ["2", "8"].flatMap((ranks) => {
		/** @type {import("./results.js").Rows} */
		let rows;
		try {
			rows = mpi4py(`${name}, ${ranks} ranks`);
		} catch {
			return [];
		}
		return [0, 8, MIB].flatMap((bytes) => {
			if (!rows.has(`${bytes}`)) return [];
			const [own = 0, shared = 0, tcp = 0] = [1, 2, 3].map((column) => figure(rows, `${bytes}`, column));
			return [
				[
					...[name, ranks, bytes === 0 ? "-" : size(bytes), time(own), time(shared), compared(own / shared)],
					...[time(tcp), compared(own / tcp)],
				],
			];
		});
	});
}
