import { execFile } from "node:child_process";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { statfs } from "node:fs/promises";
import { createRequire } from "node:module";
import { availableParallelism, homedir, hostname, tmpdir } from "node:os";
import { isAbsolute, join } from "node:path";
import { reachableAddresses } from "../../src/network/addresses.ts";
import { ownVersion } from "../machine/package-root.ts";
import { findOnPath, isExecutable } from "../machine/path.ts";
import type { FolderFacts, GpuFacts, HostFacts, Part } from "./facts.ts";

/** nvidia-smi takes seconds on a host with a sick driver; longer than this is sick. */
const PROBE_MS = 10_000;

/** Looks at the host that this runs on. */
export async function inspect(
	env: Readonly<NodeJS.ProcessEnv>,
	iface: string | undefined,
): Promise<HostFacts> {
	const [zeromq, gpus, folders] = await Promise.all([
		tryZeromq(),
		findGpus(env),
		Promise.all([tmpdir(), "/dev/shm"].map(freeSpace)),
	]);
	const openFiles = softLimit("Max open files");
	return {
		hostname: hostname(),
		node: process.versions.node,
		tsmpi: ownVersion(),
		zeromq,
		nodeLlamaCpp: findPackage("node-llama-cpp"),
		llamaServer: findLlamaServer(env),
		gpus,
		cores: availableParallelism(),
		folders: folders.filter((folder) => folder !== undefined),
		...(openFiles === undefined ? {} : { openFiles }),
		...ownAddresses(iface),
		atMs: Date.now(),
	};
}

const require = createRequire(import.meta.url);

/** Loads zeromq and opens a socket: its native part may be of another system or C library. */
async function tryZeromq(): Promise<Part> {
	try {
		const zeromq: typeof import("zeromq") = require("zeromq");
		const socket = new zeromq.Pull({ linger: 0 });
		await socket.bind("tcp://127.0.0.1:*");
		socket.close();
		return findPackage("zeromq");
	} catch (error) {
		return { error: firstLine(error) };
	}
}

/** A package that may keep its package.json to itself: it is looked for where Node looks for the package. */
function findPackage(name: string): Part {
	for (const folder of require.resolve.paths(name) ?? []) {
		try {
			const content: unknown = JSON.parse(readFileSync(join(folder, name, "package.json"), "utf8"));
			if (typeof content === "object" && content !== null && "version" in content) {
				return { found: `${content.version}` };
			}
		} catch {
			// Not here.
		}
	}
	return {};
}

function findLlamaServer(env: Readonly<NodeJS.ProcessEnv>): Part {
	const named = env.LLAMA_SERVER;
	if (named !== undefined && named !== "") {
		if (isExecutable(named)) return { found: named };
		return { error: `LLAMA_SERVER=${named} is not a program` };
	}
	const found = findOnPath("llama-server", env.PATH) ?? builtLlamaServer(env);
	return found === undefined ? {} : { found };
}

/** One that `npm run build:llama-server` has put into the user's cache folder, where engines find it too. */
function builtLlamaServer(env: Readonly<NodeJS.ProcessEnv>): string | undefined {
	const { XDG_CACHE_HOME: cache = "" } = env;
	const folder = join(isAbsolute(cache) ? cache : join(homedir(), ".cache"), "tsmpi");
	const names = existsSync(folder) ? readdirSync(folder) : [];
	return names
		.filter((name) => name.startsWith("llama-server-"))
		.map((name) => join(folder, name, "llama-server"))
		.find(isExecutable);
}

async function findGpus(env: Readonly<NodeJS.ProcessEnv>): Promise<GpuFacts> {
	const program = findOnPath("nvidia-smi", env.PATH);
	const known = driverGpus();
	if (program === undefined) {
		const names = known.map((_, index) => `GPU ${index}`);
		return known.length === 0
			? { names }
			: { names, error: "its driver lists GPUs, but nvidia-smi is missing" };
	}
	return new Promise((resolve) => {
		const query = ["--query-gpu=name", "--format=csv,noheader"];
		execFile(program, query, { timeout: PROBE_MS, killSignal: "SIGKILL" }, (error, stdout, stderr) => {
			const names = stdout.split("\n").filter((line) => line !== "");
			if (error === null) resolve({ names });
			else resolve({ names: [], error: `nvidia-smi: ${firstLine(stdout || stderr || error)}` });
		});
	});
}

function driverGpus(): string[] {
	try {
		return readdirSync("/proc/driver/nvidia/gpus");
	} catch {
		return [];
	}
}

async function freeSpace(path: string): Promise<FolderFacts | undefined> {
	try {
		const { bavail, bsize } = await statfs(path);
		return { path, freeBytes: bavail * bsize };
	} catch {
		return undefined;
	}
}

/** A limit of this process, which its ranks inherit. */
function softLimit(name: string): number | undefined {
	try {
		const soft = new RegExp(`^${name} +(\\d+)`, "m").exec(readFileSync("/proc/self/limits", "latin1"))?.[1];
		return soft === undefined ? undefined : Number(soft);
	} catch {
		return undefined;
	}
}

/** Those that ranks would use too. */
function ownAddresses(iface: string | undefined): Pick<HostFacts, "addresses" | "addressError"> {
	try {
		return { addresses: reachableAddresses({ iface }).map((cidr) => cidr.split("/")[0] ?? cidr) };
	} catch (error) {
		return { addresses: [], addressError: `--iface ${iface}: ${firstLine(error)}` };
	}
}

function firstLine(error: unknown): string {
	const text = error instanceof Error ? error.message : String(error);
	return text.trim().split("\n")[0] ?? "";
}
