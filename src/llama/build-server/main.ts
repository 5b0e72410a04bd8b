/**
 * Builds llama-server from the llama.cpp source that comes with node-llama-cpp, into the cache folder, where engines
 * find it: `npm run build:llama-server`. Nothing is downloaded. A build that is there already is kept.
 */
import { spawnSync } from "node:child_process";
import { copyFileSync, existsSync, mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync } from "node:fs";
import { availableParallelism } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { cacheFolder } from "../../base/host/cache-folder.ts";
import { reasonOf } from "../errors.ts";
import { findSource, type LlamaSource } from "./source.ts";
import { buildCommands, collectBuild, cudaArchitectures, programsOf } from "./steps.ts";

const HELP = `Usage: npm run build:llama-server -- [options]

  --cuda                     for NVIDIA GPUs, with the CUDA toolkit's nvcc
  --cuda-architectures LIST  compute capabilities, such as "80;90" (those of the GPUs here, else 90)
  --tools                    also llama-quantize, llama-bench and llama-batched-bench
  --node-llama-cpp           with --cuda: give node-llama-cpp this build's CUDA library in place of its own
  --portable                 for any processor of this kind, not only this one
  --jobs N                   compile N files at the same time (all cores)
  --force                    build again
  --help                     print this`;

/** Exit code of flock(1) when somebody else has the lock. */
const LOCKED = 75;
const CUDA_LIBRARY = "libggml-cuda.so";
const LOCK_VARIABLE = "TSMPI_BUILD_LOCK";

/** A mistake or an obstacle, in one line. */
class BuildError extends Error {}

interface BuildOptions {
	readonly cuda: boolean;
	readonly architectures: string | undefined;
	readonly tools: boolean;
	readonly nodeLlamaCpp: boolean;
	readonly portable: boolean;
	readonly jobs: number;
	readonly force: boolean;
}

try {
	main(process.argv.slice(2));
} catch (error) {
	console.error(`build:llama-server: ${reasonOf(error)}`);
	process.exitCode = 1;
}

function main(argv: readonly string[]): void {
	const options = readOptions(argv);
	if (options === undefined) {
		console.log(HELP);
		return;
	}
	const source = findSource();
	const folder = join(cacheFolder(), `llama-server-${source.version}${options.cuda ? "-cuda" : ""}`);
	mkdirSync(cacheFolder(), { recursive: true });
	if (!hasLock(folder) && ranUnderLock(folder, argv)) return;
	const binary = join(folder, "llama-server");
	const programs = programsOf(options).map((name) => join(folder, name));
	const isThere = spawnSync(binary, ["--version"]).status === 0 && programs.every((path) => existsSync(path));
	if (options.force || !isThere) build(source, folder, options);
	if (options.nodeLlamaCpp) giveCudaLibrary(join(folder, CUDA_LIBRARY), source);
	console.log(binary);
}

/** Builds in a folder of its own, which takes the place of the old one when all has gone well. */
function build(source: LlamaSource, folder: string, options: BuildOptions): void {
	checkTools(options);
	const prefix = `.build-${options.cuda ? "cuda" : "cpu"}-${source.version}-`;
	if (hasLock(folder)) removeLeftovers(prefix);
	const work = mkdtempSync(join(cacheFolder(), prefix));
	try {
		for (const [command = "", ...args] of buildCommands(source.bundle, work, {
			...options,
			ninja: exists("ninja"),
			architectures: options.cuda ? (options.architectures ?? cudaArchitectures()) : undefined,
		})) {
			console.error(`$ ${[command, ...args].join(" ")}`);
			// What is printed goes to stderr: stdout has the path of the result alone.
			const { status, signal, error } = spawnSync(command, args, { stdio: ["ignore", 2, 2] });
			if (error !== undefined) throw new BuildError(`Cannot run ${command}: ${error.message}`);
			if (status !== 0) {
				throw new BuildError(
					`Cannot build llama-server: ${command} ended with ${signal ?? `code ${status}`}`,
				);
			}
		}
		const finished = join(work, "finished");
		collectBuild(join(work, "build", "bin"), finished, programsOf(options));
		rmSync(folder, { recursive: true, force: true });
		renameSync(finished, folder);
	} finally {
		rmSync(work, { recursive: true, force: true });
	}
}

/** Puts a CUDA library where node-llama-cpp looks for its own, which has no code for some GPUs. */
function giveCudaLibrary(library: string, { cudaFolder }: LlamaSource): void {
	if (cudaFolder === undefined) {
		throw new BuildError(
			"Cannot give node-llama-cpp a CUDA library: its package of binaries for CUDA is not installed",
		);
	}
	// Not written over: the file may be a hard link into a package manager's cache.
	const place = join(cudaFolder, CUDA_LIBRARY);
	copyFileSync(library, `${place}.part`);
	renameSync(`${place}.part`, place);
	console.error(`${place} is now that of this build`);
}

function readOptions(argv: readonly string[]): BuildOptions | undefined {
	const { values } = parseArgs({
		args: [...argv],
		options: {
			cuda: { type: "boolean", default: false },
			"cuda-architectures": { type: "string" },
			tools: { type: "boolean", default: false },
			"node-llama-cpp": { type: "boolean", default: false },
			portable: { type: "boolean", default: false },
			jobs: { type: "string", default: `${availableParallelism()}` },
			force: { type: "boolean", default: false },
			help: { type: "boolean", default: false },
		},
	});
	if (values.help) return undefined;
	const jobs = Number(values.jobs);
	if (!Number.isSafeInteger(jobs) || jobs < 1) {
		throw new BuildError(`Cannot use --jobs ${values.jobs}: it takes a whole number from 1 up`);
	}
	const architectures = values["cuda-architectures"];
	if (architectures !== undefined && !/^\d+[a-z]?(;\d+[a-z]?)*$/.test(architectures)) {
		throw new BuildError(
			`Cannot use --cuda-architectures ${architectures}: it takes compute capabilities without their point, such as "80;90"`,
		);
	}
	const { cuda, tools, portable, force, "node-llama-cpp": nodeLlamaCpp } = values;
	for (const [name, given] of [
		["cuda-architectures", architectures !== undefined],
		["node-llama-cpp", nodeLlamaCpp],
	] as const) {
		if (given && !cuda) throw new BuildError(`Cannot use --${name} without --cuda`);
	}
	return { cuda, architectures, tools, nodeLlamaCpp, portable, jobs, force };
}

function lockOf(folder: string): string {
	return `${folder}.lock`;
}

/** This program runs under the lock already. */
function hasLock(folder: string): boolean {
	return process.env[LOCK_VARIABLE] === lockOf(folder);
}

/**
 * Runs this program again under a lock, and says whether it could. The kernel gives the lock back when its holder ends,
 * however it ends. Where there is no flock(1), two builds at once only waste time: each builds in a folder of its own.
 */
function ranUnderLock(folder: string, argv: readonly string[]): boolean {
	if (!exists("flock")) return false;
	const lock = lockOf(folder);
	const run = (...options: readonly string[]) =>
		spawnSync("flock", [...options, lock, process.execPath, fileURLToPath(import.meta.url), ...argv], {
			stdio: "inherit",
			env: { ...process.env, [LOCK_VARIABLE]: lock },
		});
	let result = run("--nonblock", "--conflict-exit-code", `${LOCKED}`);
	if (result.status === LOCKED) {
		console.error("Another build is under way: waiting for it");
		result = run();
	}
	process.exitCode = result.status ?? 1;
	return true;
}

/** What a build that was killed has left behind. */
function removeLeftovers(prefix: string): void {
	for (const name of readdirSync(cacheFolder())) {
		if (name.startsWith(prefix)) rmSync(join(cacheFolder(), name), { recursive: true, force: true });
	}
}

function checkTools({ cuda }: BuildOptions): void {
	const missing = [
		...["git", "cmake"].filter((tool) => !exists(tool)),
		...(["c++", "g++", "clang++"].some(exists) ? [] : ["a C++ compiler"]),
		...(["ninja", "make"].some(exists) ? [] : ["ninja or make"]),
		...(cuda && !exists("nvcc") ? ["nvcc of the CUDA toolkit"] : []),
	];
	if (missing.length === 0) return;
	throw new BuildError(
		`Cannot build llama-server: ${missing.join(", ")} cannot be found; on Debian and Ubuntu: apt-get install git cmake g++ make`,
	);
}

function exists(tool: string): boolean {
	return spawnSync(tool, ["--version"], { stdio: "ignore" }).error === undefined;
}
