import { accessSync, constants, existsSync, readdirSync, statSync } from "node:fs";
import { delimiter, join, resolve } from "node:path";
import { EngineError } from "../../errors.ts";
import { cacheFolder } from "../../model/cache-folder.ts";
import { hasNvidiaDriver } from "./gpus.ts";

const NAME = "llama-server";

/**
 * Path of the llama-server to use: the one that is given, or that LLAMA_SERVER names; else the first on PATH; else one
 * that `npm run build:llama-server` has built, for CUDA first where there is an NVIDIA driver.
 *
 * @throws {EngineError} what is given or named cannot be run.
 */
export function findLlamaServer(given?: string, env = process.env): string | undefined {
	const named = env.LLAMA_SERVER === "" ? undefined : env.LLAMA_SERVER;
	if (given !== undefined) return checked(given, "--llama-server");
	if (named !== undefined) return checked(named, "LLAMA_SERVER");
	return [...onPath(env.PATH ?? ""), ...built()].find(isProgram);
}

/** The error of who asked for llama-server where there is none. */
export function noLlamaServer(): EngineError {
	return new EngineError(
		"ERR_ENGINE_MISSING",
		"Cannot find llama-server: neither --llama-server nor LLAMA_SERVER name one, and none is on PATH; `npm run build:llama-server` builds one",
	);
}

function checked(path: string, source: string): string {
	// A name without a slash is looked up like a command.
	const found = path.includes("/") ? resolve(path) : onPath(process.env.PATH ?? "", path).find(isProgram);
	if (found !== undefined && isProgram(found)) return found;
	const why =
		found === undefined || !existsSync(found) ? "there is no such program" : "it cannot be executed";
	throw new EngineError("ERR_ENGINE_MISSING", `Cannot run llama-server ${path} (from ${source}): ${why}`);
}

function onPath(path: string, name = NAME): string[] {
	return path
		.split(delimiter)
		.filter((folder) => folder !== "")
		.map((folder) => resolve(folder, name));
}

/** Those in the cache folder, newest first. */
function built(): string[] {
	const cache = cacheFolder();
	const names = existsSync(cache) ? readdirSync(cache).filter((name) => name.startsWith(`${NAME}-`)) : [];
	const isCuda = (name: string) => name.endsWith("-cuda");
	// A build for CUDA needs CUDA's libraries to start at all.
	const usable = hasNvidiaDriver() ? names : names.filter((name) => !isCuda(name));
	return usable
		.sort((a, b) => Number(isCuda(b)) - Number(isCuda(a)) || b.localeCompare(a, "en", { numeric: true }))
		.map((name) => join(cache, name, NAME));
}

function isProgram(path: string): boolean {
	try {
		accessSync(path, constants.X_OK);
		return statSync(path).isFile();
	} catch {
		return false;
	}
}
