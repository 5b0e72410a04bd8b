import { readFileSync } from "node:fs";
import { statfs } from "node:fs/promises";
import { createRequire } from "node:module";
import { availableParallelism, hostname, tmpdir } from "node:os";
import { join } from "node:path";
import { lookForLlamaServer } from "../../../src/base/host/llama-server.ts";
import { askNvidiaSmi, countDriverGpus } from "../../../src/base/host/nvidia.ts";
import { reachableAddresses } from "../../../src/network/addresses.ts";
import type { FolderFacts, GpuFacts, HostFacts, Part } from "../../link/examination.ts";
import { ownVersion } from "../../machine/package-root.ts";

/** nvidia-smi takes seconds on a host with a sick driver; longer than this is sick. */
const PROBE_MS = 10_000;

/** Everything that a host says about itself. */
export async function inspectHost(
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
			// This folder does not have it.
		}
	}
	return {};
}

/** The one that engines of this host would use. */
function findLlamaServer(env: Readonly<NodeJS.ProcessEnv>): Part {
	const found = lookForLlamaServer(undefined, env);
	if (!("path" in found)) return { error: `${found.source}=${found.named} is not a program` };
	return found.path === undefined ? {} : { found: found.path };
}

async function findGpus(env: Readonly<NodeJS.ProcessEnv>): Promise<GpuFacts> {
	const answer = await askNvidiaSmi(["--query-gpu=name", "--format=csv,noheader"], {
		env,
		limitMs: PROBE_MS,
	});
	if ("lines" in answer) return { names: answer.lines };
	if ("error" in answer) return { names: [], error: `nvidia-smi: ${answer.error}` };
	const names = Array.from({ length: countDriverGpus() }, (_, index) => `GPU ${index}`);
	return names.length === 0
		? { names }
		: { names, error: "its driver lists GPUs, but nvidia-smi is missing" };
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
