import { spawnSync } from "node:child_process";
import { cpSync, mkdirSync, readdirSync } from "node:fs";
import { join } from "node:path";

/** What to build. */
export interface BuildPlan {
	readonly cuda: boolean;
	/** CMake's list of CUDA architectures. */
	readonly architectures: string | undefined;
	readonly portable: boolean;
	readonly jobs: number;
	readonly ninja: boolean;
	/** Also llama.cpp's programs to quantise and to measure. */
	readonly tools: boolean;
}

const TOOLS = ["llama-quantize", "llama-bench", "llama-batched-bench"];

/** The programs that a build gives. */
export function programsOf({ tools }: Pick<BuildPlan, "tools">): string[] {
	return ["llama-server", ...(tools ? TOOLS : [])];
}

/** Hopper: the prebuilt CUDA binaries of node-llama-cpp have no code for it. */
const DEFAULT_ARCHITECTURES = "90";

/** The commands that turn a bundle into `work`/build/bin/llama-server, each as a list of its words. */
export function buildCommands(bundle: string, work: string, plan: BuildPlan): string[][] {
	const source = join(work, "source");
	const build = join(work, "build");
	const defined = Object.entries({
		CMAKE_BUILD_TYPE: "Release",
		// Everything that is looked up lies beside the program.
		CMAKE_BUILD_WITH_INSTALL_RPATH: "ON",
		CMAKE_INSTALL_RPATH: "$ORIGIN",
		LLAMA_BUILD_TESTS: "OFF",
		LLAMA_BUILD_EXAMPLES: "OFF",
		// What would be downloaded or depends on the system's libraries.
		LLAMA_OPENSSL: "OFF",
		LLAMA_BUILD_UI: "OFF",
		LLAMA_USE_PREBUILT_UI: "OFF",
		GGML_CCACHE: "OFF",
		...(plan.cuda ? cudaDefinitions(plan.architectures) : cpuDefinitions(plan.portable)),
	}).map(([name, value]) => `-D${name}=${value}`);
	return [
		["git", "-c", "advice.detachedHead=false", "clone", "--quiet", bundle, source],
		["cmake", "-S", source, "-B", build, ...(plan.ninja ? ["-G", "Ninja"] : []), ...defined],
		["cmake", "--build", build, "--target", ...programsOf(plan), "--parallel", `${plan.jobs}`],
	];
}

/** One program without libraries of its own. */
function cpuDefinitions(portable: boolean): Record<string, string> {
	return { BUILD_SHARED_LIBS: "OFF", GGML_NATIVE: portable ? "OFF" : "ON" };
}

/**
 * Every backend is a library that is loaded while the program runs. So there is a libggml-cuda.so, which the engine on
 * node-llama-cpp can use in place of its own, and a processor's backend for every generation of processors.
 */
function cudaDefinitions(architectures = DEFAULT_ARCHITECTURES): Record<string, string> {
	return {
		BUILD_SHARED_LIBS: "ON",
		// Libraries are then called as node-llama-cpp calls its own.
		CMAKE_PLATFORM_NO_VERSIONED_SONAME: "ON",
		GGML_BACKEND_DL: "ON",
		GGML_NATIVE: "OFF",
		GGML_CPU_ALL_VARIANTS: "ON",
		GGML_CUDA: "ON",
		// One rank, one GPU: a library of the system's for what joins several would only be one more to find.
		GGML_CUDA_NCCL: "OFF",
		CMAKE_CUDA_ARCHITECTURES: architectures,
	};
}

/** The compute capabilities of the GPUs of this host, as CMake writes them; where there are none, Hopper's. */
export function cudaArchitectures(): string {
	const { stdout } = spawnSync("nvidia-smi", ["--query-gpu=compute_cap", "--format=csv,noheader"], {
		encoding: "utf8",
	});
	const found = [...(stdout ?? "").matchAll(/^(\d+)\.(\d+)\s*$/gm)].map(
		([, major, minor]) => `${major}${minor}`,
	);
	return found.length === 0 ? DEFAULT_ARCHITECTURES : [...new Set(found)].join(";");
}

/** Takes the programs and the libraries that they were built with. */
export function collectBuild(bin: string, folder: string, programs: readonly string[]): void {
	mkdirSync(folder);
	for (const name of readdirSync(bin)) {
		if (!programs.includes(name) && !name.endsWith(".so")) continue;
		cpSync(join(bin, name), join(folder, name));
	}
}
