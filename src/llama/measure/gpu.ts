import { spawn } from "node:child_process";
import { visibleGpus } from "../../base/host/nvidia.ts";
import { setReferenced } from "../../base/process/referenced.ts";

/** How one GPU was used while it was watched, by all processes together. */
export interface GpuUse {
	/** As nvidia-smi and CUDA_VISIBLE_DEVICES have it: "GPU-1234...". */
	readonly uuid: string;
	/** Of the product: "NVIDIA H100 80GB HBM3". */
	readonly name: string;
	/** Its memory in MiB; undefined where the driver does not tell. */
	readonly memoryTotal: number | undefined;
	/** Most MiB in use at one time; undefined where the driver does not tell. */
	readonly memoryPeak: number | undefined;
	/** Percent of the time during which a kernel ran, mean of the samples; undefined where the driver does not tell. */
	readonly utilisation: number | undefined;
}

/** Watches GPUs until it is stopped. */
export interface GpuWatch {
	/** Ends it. Resolves with a line for each GPU; with none where nothing could be measured. */
	readonly stop: () => Promise<readonly GpuUse[]>;
}

const QUERY = "uuid,name,memory.total,memory.used,utilization.gpu";
const INTERVAL_MS = 500;
/** How long nvidia-smi may take to give its first sample, on a host with a driver that is slow to wake. */
const FIRST_SAMPLE_MS = 2000;

/**
 * Watches the GPUs that this process may use by `nvidia-smi`. Where there is none, or it fails, there is nothing to
 * tell: the list is empty.
 */
export function watchGpus(env: Readonly<Record<string, string | undefined>> = process.env): GpuWatch {
	const visible = env.CUDA_VISIBLE_DEVICES;
	if (visible !== undefined && visibleGpus(visible).length === 0) return { stop: async () => [] };
	const child = spawn(
		"nvidia-smi",
		[
			...(visible === undefined ? [] : [`--id=${visible}`]),
			`--query-gpu=${QUERY}`,
			"--format=csv,noheader,nounits",
			`--loop-ms=${INTERVAL_MS}`,
		],
		{ stdio: ["ignore", "pipe", "ignore"], env },
	);
	const samples = new GpuSamples();
	let sampled = () => {};
	const first = new Promise<void>((resolve) => {
		sampled = resolve;
	});
	let rest = "";
	child.stdout.setEncoding("utf8").on("data", (text: string) => {
		const lines = (rest + text).split("\n");
		rest = lines.pop() ?? "";
		for (const line of lines) samples.add(line);
		if (lines.length > 0) sampled();
	});
	const event = (name: "exit" | "close") =>
		new Promise<void>((resolve) => {
			child.once("error", () => resolve());
			child.once(name, () => resolve());
		});
	const exited = event("exit");
	const closed = event("close");
	setReferenced(child, false);
	return {
		stop: async () => {
			setReferenced(child, true);
			const timer = setTimeout(sampled, FIRST_SAMPLE_MS);
			await Promise.race([first, closed]);
			clearTimeout(timer);
			child.kill("SIGKILL");
			await exited;
			child.stdout.destroy();
			return samples.uses();
		},
	};
}

/** Adds up the lines of nvidia-smi. */
export class GpuSamples {
	readonly #gpus = new Map<string, { name: string; total: number[]; used: number[]; busy: number[] }>();

	add(line: string): void {
		const [uuid = "", name = "", total, used, busy] = line.split(", ").map((cell) => cell.trim());
		if (!/^(GPU|MIG)-/.test(uuid)) return;
		const gpu = this.#gpus.get(uuid) ?? { name, total: [], used: [], busy: [] };
		this.#gpus.set(uuid, gpu);
		// A driver that does not know says "[N/A]" or "[Not Supported]".
		const push = (list: number[], cell = "") => {
			if (/^\d+(\.\d+)?$/.test(cell)) list.push(Number(cell));
		};
		push(gpu.total, total);
		push(gpu.used, used);
		push(gpu.busy, busy);
	}

	uses(): GpuUse[] {
		return [...this.#gpus].map(([uuid, { name, total, used, busy }]) => ({
			uuid,
			name,
			memoryTotal: total[0],
			memoryPeak: used.length === 0 ? undefined : Math.max(...used),
			utilisation: busy.length === 0 ? undefined : busy.reduce((a, b) => a + b, 0) / busy.length,
		}));
	}
}
