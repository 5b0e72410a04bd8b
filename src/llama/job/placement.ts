import { readFileSync } from "node:fs";
import { availableParallelism } from "node:os";
import { hasNvidiaDriver } from "../../base/host/nvidia.ts";
import type { Mpi } from "../../index.ts";

/** What a rank may use of its host, next to the other ranks there. */
export interface HostShare {
	/** Processor threads for this rank. */
	readonly threads: number;
	/** World ranks that use the same GPU as this one, itself included, in ascending order. Empty without a GPU. */
	readonly gpuSharers: readonly number[];
}

/** Shares out cores and finds out who uses the same GPU. Collective: every rank calls it. */
export async function shareHost({ world, nodeRank }: Mpi, gpu: "auto" | "cuda" | "cpu"): Promise<HostShare> {
	const cores = allowedCores();
	const own = { host: nodeRank, cores, gpu: gpu === "cpu" ? undefined : visibleGpus() };
	const ranks = await world.allgather(own);
	// Ranks that are bound to cores of their own have them to themselves.
	const sharers = ranks.filter((rank) => rank.host === own.host && rank.cores === cores).length;
	return {
		threads: Math.max(1, Math.floor(usableCores() / sharers)),
		gpuSharers: ranks.flatMap((rank, index) =>
			own.gpu !== undefined && rank.host === own.host && rank.gpu === own.gpu ? [index] : [],
		),
	};
}

/** The cores that this process may run on, in the kernel's notation. */
function allowedCores(): string {
	return /^Cpus_allowed_list:\s*(\S+)/m.exec(readText("/proc/self/status"))?.[1] ?? "all";
}

function usableCores(): number {
	// A container's quota: "max 100000" or "150000 100000".
	const [quota, period] = readText("/sys/fs/cgroup/cpu.max").split(/\s+/).map(Number);
	const limit = quota && period ? Math.max(1, Math.floor(quota / period)) : Number.POSITIVE_INFINITY;
	return Math.min(availableParallelism(), limit);
}

/** Names the GPUs that an engine of this process would use; undefined where there is no NVIDIA driver. */
function visibleGpus(): string | undefined {
	if (!hasNvidiaDriver()) return undefined;
	return process.env.CUDA_VISIBLE_DEVICES ?? "all";
}

function readText(path: string): string {
	try {
		return readFileSync(path, "utf8");
	} catch {
		return "";
	}
}
