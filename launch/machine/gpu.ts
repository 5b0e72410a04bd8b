import { askNvidiaSmi, countDriverGpus, visibleGpus } from "../../src/base/host/nvidia.ts";

/** nvidia-smi takes seconds on a host with a sick driver: the job must not wait for it. */
const PROBE_MS = 2000;

/** The GPUs of a host as CUDA_VISIBLE_DEVICES names them, and whether the ranks are to share them out. */
export interface GpuList {
	readonly devices: readonly string[];
	/** The list is somebody's decision for this very process: it is left alone. */
	readonly fixed: boolean;
	/** The ranks are to see none, whatever the host has. */
	readonly hidden?: boolean;
}

/** What CUDA_VISIBLE_DEVICES already says. One device, or none, is left as it is. */
export function listedGpus(visible: string): GpuList {
	const devices = visibleGpus(visible);
	return { devices, fixed: devices.length < 2 };
}

/** The GPUs that a job may use on this machine. */
export async function localGpus(env: Readonly<NodeJS.ProcessEnv>): Promise<GpuList> {
	const visible = env.CUDA_VISIBLE_DEVICES;
	if (visible !== undefined) return listedGpus(visible);
	const count = countDriverGpus() || (await countBySmi(env));
	return { devices: Array.from({ length: count }, (_, index) => `${index}`), fixed: false };
}

/** In WSL only nvidia-smi knows them. */
async function countBySmi(env: Readonly<NodeJS.ProcessEnv>): Promise<number> {
	const answer = await askNvidiaSmi(["-L"], { env, limitMs: PROBE_MS });
	return "lines" in answer ? answer.lines.filter((line) => line.startsWith("GPU ")).length : 0;
}

/** The list as gpus= of a hostfile limits it; 0 hides all of them from the ranks. */
export function limitGpus(list: GpuList, most: number | undefined): GpuList {
	if (most === undefined || (most > 0 && list.fixed)) return list;
	return { devices: list.devices.slice(0, most), fixed: false, hidden: most === 0 };
}

/** The devices of one rank, or undefined where CUDA_VISIBLE_DEVICES stays as it is. Wraps round. */
export function gpusOfRank(list: GpuList, localRank: number, gpusPerRank: number): string[] | undefined {
	const { devices, fixed, hidden } = list;
	if (hidden === true) return [];
	if (fixed || devices.length === 0) return undefined;
	const own = Array.from(
		{ length: gpusPerRank },
		(_, index) => devices[(localRank * gpusPerRank + index) % devices.length] ?? "",
	);
	return [...new Set(own)];
}

/** Whether ranks of a host must share these GPUs. */
export function sharesGpus(devices: readonly string[], localSize: number, gpusPerRank: number): boolean {
	return devices.length > 0 && localSize * gpusPerRank > devices.length;
}
