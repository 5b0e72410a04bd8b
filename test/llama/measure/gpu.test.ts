import { chmodSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import test from "ava";
import { GpuSamples, watchGpus } from "../../../src/llama/measure/gpu.ts";
import { temporaryFolder } from "../support/models.ts";

const folder = temporaryFolder();

/** A program of that name which writes what nvidia-smi would, and then whatever the script says. */
function nvidiaSmi(name: string, script: string): NodeJS.ProcessEnv {
	const path = join(folder, name);
	mkdirSync(path);
	writeFileSync(join(path, "nvidia-smi"), `#!/bin/sh\n${script}\n`);
	chmodSync(join(path, "nvidia-smi"), 0o755);
	return { PATH: `${path}:${process.env.PATH}` };
}

test("GpuSamples takes the peak of the memory and the mean of the utilisation, of each GPU", (t) => {
	const samples = new GpuSamples();
	for (const line of [
		"GPU-aa, NVIDIA H100 80GB HBM3, 81559, 1024, 0",
		"GPU-bb, NVIDIA H100 80GB HBM3, 81559, 10, 100",
		"GPU-aa, NVIDIA H100 80GB HBM3, 81559, 4096, 90",
		"MIG-cc, NVIDIA A100, [N/A], 7, [N/A]",
		"No devices were found",
		"",
	]) {
		samples.add(line);
	}
	t.deepEqual(samples.uses(), [
		{ uuid: "GPU-aa", name: "NVIDIA H100 80GB HBM3", memoryTotal: 81559, memoryPeak: 4096, utilisation: 45 },
		{ uuid: "GPU-bb", name: "NVIDIA H100 80GB HBM3", memoryTotal: 81559, memoryPeak: 10, utilisation: 100 },
		{ uuid: "MIG-cc", name: "NVIDIA A100", memoryTotal: undefined, memoryPeak: 7, utilisation: undefined },
	]);
});

test("watchGpus() asks for the visible GPUs only, and waits for the first sample", async (t) => {
	const env = nvidiaSmi("visible", 'echo "GPU-$1, X, 100, 50, 7"; exec sleep 1000');
	const watch = watchGpus({ ...env, CUDA_VISIBLE_DEVICES: "3,5" });
	t.deepEqual(await watch.stop(), [
		{ uuid: "GPU---id=3,5", name: "X", memoryTotal: 100, memoryPeak: 50, utilisation: 7 },
	]);
});

test("watchGpus() has nothing to tell without a GPU, without nvidia-smi, or with a broken one", async (t) => {
	t.deepEqual(await watchGpus({ PATH: folder }).stop(), []);
	t.deepEqual(await watchGpus({ ...nvidiaSmi("broken", "exit 9") }).stop(), []);
	const env = nvidiaSmi("hidden", 'echo "GPU-1, X, 1, 1, 1"');
	t.deepEqual(await watchGpus({ ...env, CUDA_VISIBLE_DEVICES: "" }).stop(), []);
});
