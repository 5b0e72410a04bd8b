import { readFileSync } from "node:fs";
import { availableParallelism } from "node:os";
import { checkArgument, checkOptions, type Kinds, MPI } from "../../../base/check-types.ts";
import { hasNvidiaDriver } from "../../../base/host/nvidia.ts";
import type { Mpi } from "../../../index.ts";
import { GPU_CHOICE, type GpuChoice } from "../../engine/options.ts";

/** What a rank may use of its host, next to the other ranks there. */
export interface HostShare {
	/** Processor threads for this rank, at least 1. */
	readonly threads: number;
	/** World ranks that use the same GPU as this one, itself included, in ascending order. Empty without a GPU. */
	readonly gpuSharers: readonly number[];
}

/** What to share out. */
export interface ShareHostOptions {
	/** "cpu": no rank uses a GPU. @default "auto" */
	readonly gpu?: GpuChoice | undefined;
}

const OPTIONS: Kinds<ShareHostOptions> = { gpu: GPU_CHOICE };

/**
 * Shares out a host's cores between its ranks and finds out which of them use the same GPU. Collective.
 *
 * @throws {ArgumentError} ERR_ARG: an option is unknown, or a value has the wrong type.
 */
export async function shareHost(mpi: Mpi, options: ShareHostOptions = {}): Promise<HostShare> {
	checkArgument("share out a host", "mpi", mpi, MPI);
	checkOptions("share out a host", options, OPTIONS);
	const { world, nodeRank } = mpi;
	const { gpu } = options;
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
