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
}

/**
 * Finds the source inside the installed node-llama-cpp.
 *
 * @throws {EngineError} node-llama-cpp is not installed, or has no source.
 */
export function findSource(
	resolve: (name: string) => string = (name) => import.meta.resolve(name),
): LlamaSource {
	const folder = join(packageFolder(resolve), "llama");
	const bundle = join(folder, "gitRelease.bundle");
	const info = join(folder, "llama.cpp.info.json");
	if (!existsSync(bundle) || !existsSync(info)) {
		throw new EngineError("ERR_ENGINE_MISSING", `Cannot find llama.cpp's source: there is no ${bundle}`);
	}
	const { tag } = JSON.parse(readFileSync(info, "utf8")) as { tag: string };
	return { bundle, version: tag };
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
