import { chmodSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import test, { type ExecutionContext } from "ava";
import { allowedCores, coresOfRank } from "../../../launch/machine/cores.ts";
import { tsmpirun } from "../../support/run.ts";
import { workplace } from "../../support/workplace.ts";

const SHOW = ["sh", "-c", 'echo "$TSMPI_RANK $CUDA_VISIBLE_DEVICES"'];

/** What each rank sees as CUDA_VISIBLE_DEVICES. */
async function devices(t: ExecutionContext, visible: string, options: readonly string[]): Promise<string[]> {
	const env = { CUDA_VISIBLE_DEVICES: visible };
	const { stdout } = await tsmpirun(t, [...options, ...SHOW], { env });
	return stdout.split("\n").slice(0, -1).sort();
}

test("one rank gets one GPU, through the CUDA_VISIBLE_DEVICES of tsmpirun", async (t) => {
	t.deepEqual(await devices(t, "4,2,7", ["-n", "3"]), ["0 4", "1 2", "2 7"]);
	t.deepEqual(await devices(t, "GPU-aa,GPU-bb", ["-n", "2"]), ["0 GPU-aa", "1 GPU-bb"]);
	t.deepEqual(await devices(t, "4,2", ["-n", "3"]), ["0 4", "1 2", "2 4"]);
});

test("a list that names one device is left alone", async (t) => {
	t.deepEqual(await devices(t, "3", ["-n", "2"]), ["0 3", "1 3"]);
	t.deepEqual(await devices(t, "", ["-n", "2"]), ["0 ", "1 "]);
});

test("--gpus-per-rank gives several GPUs, --no-gpu-bind leaves the list as it is", async (t) => {
	t.deepEqual(await devices(t, "0,1,2,3", ["-n", "2", "--gpus-per-rank", "2"]), ["0 0,1", "1 2,3"]);
	t.deepEqual(await devices(t, "0,1", ["-n", "2", "--no-gpu-bind"]), ["0 0,1", "1 0,1"]);
	const bad = await tsmpirun(t, ["--gpus-per-rank", "0", "true"]);
	t.is(bad.code, 2);
	t.is(bad.stderr, "tsmpirun: Cannot use --gpus-per-rank 0: it takes a number from 1 up\n");
});

test("-x CUDA_VISIBLE_DEVICES is the list that a program's ranks share", async (t) => {
	const words = ["-n", "2", "-x", "CUDA_VISIBLE_DEVICES=5,6", ...SHOW];
	const { stdout } = await tsmpirun(t, words, { env: { CUDA_VISIBLE_DEVICES: "0,1" } });
	t.deepEqual(stdout.trimEnd().split("\n").sort(), ["0 5", "1 6"]);
});

test("without CUDA_VISIBLE_DEVICES the GPUs are those that nvidia-smi lists", async (t) => {
	const { folder } = workplace(t);
	const smi = join(folder, "nvidia-smi");
	writeFileSync(smi, '#!/bin/sh\ntest "$1" = -L && echo "GPU 0: A (UUID: x)" && echo "GPU 1: B (UUID: y)"\n');
	chmodSync(smi, 0o755);
	const env = { CUDA_VISIBLE_DEVICES: undefined, PATH: `${folder}:${process.env.PATH}` };
	const { stdout } = await tsmpirun(t, ["-n", "2", ...SHOW], { env });
	t.deepEqual(stdout.trimEnd().split("\n").sort(), ["0 0", "1 1"]);
	// A driver that is sick must not hold the job up, nor give it GPUs.
	writeFileSync(smi, "#!/bin/sh\nexec sleep 60\n");
	const sick = await tsmpirun(t, ["-n", "1", ...SHOW], { env });
	t.is(sick.stdout, "0 \n");
	t.true(sick.ms < 20_000);
});

test("--bind-to core gives each rank its share of the cores, --bind-to none all", async (t) => {
	const show = ["sh", "-c", 'echo "$TSMPI_RANK $(grep Cpus_allowed_list /proc/self/status | cut -f2)"'];
	const cores = async (...options: string[]) => {
		const { stdout } = await tsmpirun(t, ["-n", "2", ...options, ...show]);
		return stdout.trimEnd().split("\n").sort();
	};
	const all = allowedCores();
	const share = (rank: number) => coresOfRank(all, rank, 2);
	const ranges = (list: readonly number[]) => {
		// As the kernel writes them: 0-3,6.
		const parts: [number, number][] = [];
		for (const core of list) {
			const last = parts.at(-1);
			if (last !== undefined && last[1] === core - 1) last[1] = core;
			else parts.push([core, core]);
		}
		return parts.map(([from, to]) => (from === to ? `${from}` : `${from}-${to}`)).join(",");
	};
	t.deepEqual(await cores("--bind-to", "core"), [`0 ${ranges(share(0))}`, `1 ${ranges(share(1))}`]);
	t.deepEqual(await cores("--bind-to", "none"), [`0 ${ranges(all)}`, `1 ${ranges(all)}`]);
	t.deepEqual(await cores(), [`0 ${ranges(all)}`, `1 ${ranges(all)}`]);
});
