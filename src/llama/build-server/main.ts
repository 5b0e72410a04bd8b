#!/usr/bin/env node
/**
 * Builds llama-server from the llama.cpp source that comes with node-llama-cpp, into the cache folder, where engines
 * find it: `npm run build:llama-server`. Nothing is downloaded. A build that is there already is kept.
 */
import { spawnSync } from "node:child_process";
import { copyFileSync, existsSync, mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { cacheFolder } from "../../base/host/cache-folder.ts";
import { reasonOf } from "../errors.ts";
import { BuildError } from "./error.ts";
import { type BuildOptions, buildHelp, readBuildOptions } from "./options.ts";
import { findSource, type LlamaSource } from "./source.ts";
import { buildCommands, collectBuild, cudaArchitectures, programsOf } from "./steps.ts";

/** Exit code of flock(1) when somebody else has the lock. */
const LOCKED = 75;
const CUDA_LIBRARY = "libggml-cuda.so";
const LOCK_VARIABLE = "TSMPI_BUILD_LOCK";

try {
	main(process.argv.slice(2));
} catch (error) {
	console.error(`build:llama-server: ${reasonOf(error)}`);
	process.exitCode = 1;
}

function main(argv: readonly string[]): void {
	const options = readBuildOptions(argv);
	if (options === undefined) {
		console.log(buildHelp());
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
