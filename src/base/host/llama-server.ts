import { existsSync, readdirSync } from "node:fs";
import { join, resolve } from "node:path";
import { cacheFolder } from "./cache-folder.ts";
import { hasNvidiaDriver } from "./nvidia.ts";
import { findOnPath, isExecutable } from "./path.ts";

const NAME = "llama-server";

/** The llama-server of this host that engines use; or the one that was named and cannot be used. */
export type LlamaServerLookup =
	/** `path` is absolute; undefined: nobody names one, and none is found. */
	| { readonly path: string | undefined }
	| { readonly named: string; readonly source: "--llama-server" | "LLAMA_SERVER"; readonly why: string };

/**
 * Looks for the llama-server to use: the one that is given, or that LLAMA_SERVER names; else the first on PATH; else
 * one that `npm run build:llama-server` has built: for CUDA first where there is an NVIDIA driver, the newest first.
 *
 * Engines and tsmpirun --doctor both ask here, so that they cannot disagree.
 */
export function lookForLlamaServer(
	given: string | undefined,
	env: Readonly<NodeJS.ProcessEnv>,
): LlamaServerLookup {
	const named = env.LLAMA_SERVER === "" ? undefined : env.LLAMA_SERVER;
	if (given !== undefined) return check(given, "--llama-server", env.PATH);
	if (named !== undefined) return check(named, "LLAMA_SERVER", env.PATH);
	const onPath = findOnPath(NAME, env.PATH ?? "");
	return { path: onPath === undefined ? builtServers().find(isExecutable) : resolve(onPath) };
}

function check(
	named: string,
	source: "--llama-server" | "LLAMA_SERVER",
	path: string | undefined,
): LlamaServerLookup {
	// A name without a slash is looked up like a command.
	const found = named.includes("/") ? resolve(named) : findOnPath(named, path);
	if (found !== undefined && isExecutable(found)) return { path: resolve(found) };
	const isThere = found !== undefined && existsSync(found);
	return { named, source, why: isThere ? "it cannot be executed" : "there is no such program" };
}

/** Those in the cache folder, the best first. */
function builtServers(): string[] {
	const cache = cacheFolder();
	const names = existsSync(cache) ? readdirSync(cache).filter((name) => name.startsWith(`${NAME}-`)) : [];
	const isCuda = (name: string) => name.endsWith("-cuda");
	// A build for CUDA needs CUDA's libraries to start at all.
	const usable = hasNvidiaDriver() ? names : names.filter((name) => !isCuda(name));
	return usable
		.sort((a, b) => Number(isCuda(b)) - Number(isCuda(a)) || b.localeCompare(a, "en", { numeric: true }))
		.map((name) => join(cache, name, NAME));
}
