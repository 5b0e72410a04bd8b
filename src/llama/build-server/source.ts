import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { EngineError } from "../errors.ts";

/** llama.cpp's source, as node-llama-cpp brings it. */
export interface LlamaSource {
	/** A bundle of git. */
	readonly bundle: string;
	/** llama.cpp's version: "v0.4.0". */
	readonly version: string;
	/** Where node-llama-cpp's binaries for CUDA lie, if they are installed. */
	readonly cudaFolder: string | undefined;
}

/**
 * Finds the source inside the installed node-llama-cpp.
 *
 * @throws {EngineError} node-llama-cpp is not installed, or has no source.
 */
export function findSource(
	resolve: (name: string) => string = (name) => import.meta.resolve(name),
): LlamaSource {
	const installed = packageFolder(resolve);
	const folder = join(installed, "llama");
	const bundle = join(folder, "gitRelease.bundle");
	const info = join(folder, "llama.cpp.info.json");
	if (!existsSync(bundle) || !existsSync(info)) {
		throw new EngineError("ERR_ENGINE_MISSING", `Cannot find llama.cpp's source: there is no ${bundle}`);
	}
	const { tag } = JSON.parse(readFileSync(info, "utf8")) as { tag: string };
	return { bundle, version: tag, cudaFolder: findCudaFolder(installed) };
}

function findCudaFolder(installed: string): string | undefined {
	const name = `linux-${process.arch}-cuda`;
	const path = join("@node-llama-cpp", name, "bins", name);
	// Beside the package, or within it.
	return [join(installed, "..", path), join(installed, "node_modules", path)].find((folder) =>
		existsSync(folder),
	);
}

function packageFolder(resolve: (name: string) => string): string {
	let main: string;
	try {
		main = fileURLToPath(resolve("node-llama-cpp"));
	} catch (error) {
		throw new EngineError(
			"ERR_ENGINE_MISSING",
			"Cannot find llama.cpp's source: node-llama-cpp is not installed; run: npm install node-llama-cpp",
			{ cause: error },
		);
	}
	// The entry point lies somewhere below the package's folder.
	let folder = dirname(main);
	while (!existsSync(join(folder, "llama")) && dirname(folder) !== folder) folder = dirname(folder);
	return folder;
}
