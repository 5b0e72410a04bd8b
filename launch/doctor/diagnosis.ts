import type { FolderFacts, HostFacts } from "../link/examination.ts";

/** What was found out about one host. */
export interface Examined {
	/** As the user names it. */
	readonly name: string;
	/** GPUs that the hostfile gives it. */
	readonly gpus?: number;
	/** Undefined where no agent could be started. */
	readonly facts?: HostFacts;
	/** Why not, in a sentence that names the host. */
	readonly unreachable?: string;
	/** Time until its agent answered. */
	readonly startMs?: number;
	/** How far its clock is ahead of ours, at least; 0 while the difference may be that of the way. */
	readonly clockAheadMs?: number;
}

/** What is wrong, and what to do, in one line each. */
export interface Diagnosis {
	/** A job may fail. */
	readonly problems: readonly string[];
	/** It works, but less well, or not for everything. */
	readonly notes: readonly string[];
}

const OLDEST_NODE = [20, 19] as const;
const MOST_CLOCK_MS = 1000;
const LEAST_SPACE = 64 * 2 ** 20;
const LEAST_FILES = 1024;

/** Judges what a host says; `tsmpi` is the version that tsmpirun itself is of. */
export function diagnose(examined: Examined, tsmpi: string): Diagnosis {
	const { name, facts, unreachable, clockAheadMs = 0 } = examined;
	if (facts === undefined) return { problems: [unreachable ?? `${name}: no answer`], notes: [] };
	const problems: string[] = [];
	const notes: string[] = [];
	if (!isRecent(facts.node)) {
		problems.push(
			`Node is ${facts.node}: install ${OLDEST_NODE.join(".")} or newer, or point --remote-node at one`,
		);
	}
	if (facts.tsmpi !== tsmpi) {
		problems.push(`tsmpi is ${facts.tsmpi}, here it is ${tsmpi}: install the same version on all hosts`);
	}
	if (Math.abs(clockAheadMs) > MOST_CLOCK_MS) {
		const way = clockAheadMs > 0 ? "ahead of" : "behind";
		const seconds = (Math.abs(clockAheadMs) / 1000).toFixed(1);
		problems.push(`its clock is ${seconds} s ${way} this host's: run an NTP service (chrony) on both`);
	}
	if (facts.zeromq.found === undefined) {
		problems.push(
			`zeromq does not load (${facts.zeromq.error}): run npm install in tsmpi's folder on this host`,
		);
	}
	if (facts.addressError !== undefined) problems.push(facts.addressError);
	if (facts.llamaServer.error !== undefined)
		problems.push(`${facts.llamaServer.error}: correct it or unset it`);
	if (facts.gpus.error !== undefined) problems.push(`${facts.gpus.error}: repair the driver, or use gpus=0`);
	const gpus = facts.gpus.names.length;
	if (facts.gpus.error === undefined && examined.gpus !== undefined && examined.gpus > gpus) {
		problems.push(`the hostfile says gpus=${examined.gpus}, but it has ${gpus}: correct the hostfile`);
	}
	problems.push(...facts.folders.flatMap(spaceProblem));
	if (facts.openFiles !== undefined && facts.openFiles < LEAST_FILES) {
		problems.push(`a process may open ${facts.openFiles} files: raise it to ${LEAST_FILES} (ulimit -n)`);
	}
	if (facts.nodeLlamaCpp.found === undefined && facts.llamaServer.found === undefined) {
		notes.push("no llama.cpp engine: npm install node-llama-cpp, or put llama-server on PATH");
	}
	const named = (line: string) => `${name}: ${line}`;
	return { problems: problems.map(named), notes: notes.map(named) };
}

function isRecent(node: string): boolean {
	const [major = 0, minor = 0] = node.split(".").map(Number);
	const [oldest, oldestMinor] = OLDEST_NODE;
	return major > oldest || (major === oldest && minor >= oldestMinor);
}

function spaceProblem({ path, freeBytes }: FolderFacts): string[] {
	// /dev/shm is shown, but tsmpi does not need it.
	if (freeBytes >= LEAST_SPACE || path === "/dev/shm") return [];
	const free = Math.floor(freeBytes / 2 ** 20);
	return [`${path} has ${free} MiB free: make room, or set TMPDIR to another folder`];
}
