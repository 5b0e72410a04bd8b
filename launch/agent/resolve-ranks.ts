import { existsSync } from "node:fs";
import type { AgentToHead, LaunchOrder, ResolvedCommand } from "../link/protocol.ts";
import { allowedCores, coresOfRank } from "../machine/cores.ts";
import { type GpuList, gpusOfRank, limitGpus, localGpus } from "../machine/gpu.ts";
import { resolveProgram } from "../machine/program.ts";
import type { PreloadedFiles } from "./preloaded-files.ts";

/** The environment of a program's ranks before it says which rank it is. */
export function environmentOf(order: LaunchOrder, program: number): NodeJS.ProcessEnv {
	return { ...process.env, ...order.env, ...order.programs[program]?.variables };
}

/** Finds programs, cores and GPUs on the host that this runs on. Throws LaunchError where one is missing. */
export async function resolveRanks(
	order: LaunchOrder,
	files?: PreloadedFiles,
): Promise<Extract<AgentToHead, { type: "prepared" }>> {
	const locate = (word: string) => files?.locate(word) ?? word;
	const { programs, ranks, binding, cwd } = order;
	// A host that had to be sent the program need not have the folder that it came from.
	const from = files === undefined || existsSync(cwd) ? cwd : files.folder;
	const environments = programs.map((_, index) => environmentOf(order, index));
	// Only what runs here: another host may be the one that has the other program.
	const used = new Set(ranks.map(({ program }) => program));
	const found = programs.map(({ program, args, wdir }, index) =>
		used.has(index)
			? resolveProgram(locate(program), args.map(locate), { from, wdir, path: environments[index]?.PATH })
			: undefined,
	);
	const gpus = await Promise.all(
		environments.map(async (env) =>
			binding.gpusPerRank === undefined ? undefined : limitGpus(await localGpus(env), binding.mostGpus),
		),
	);
	const cores = binding.cores ? allowedCores() : undefined;
	const resolved = ranks.map(({ rank, program, localRank, localSize }): ResolvedCommand => {
		const command = found[program];
		if (command === undefined) throw new RangeError(`no program ${program}`);
		const own = gpusFor(gpus[program], localRank, binding.gpusPerRank);
		return {
			rank,
			...command,
			...(own === undefined ? {} : { gpus: own }),
			...(cores === undefined ? {} : { cores: coresOfRank(cores, localRank, localSize).join(",") }),
		};
	});
	const first = gpus[ranks[0]?.program ?? 0];
	return {
		type: "prepared",
		commands: resolved,
		// Those that the host has, if ranks share them out.
		...(first === undefined || first.fixed ? {} : { gpus: first.devices }),
	};
}

function gpusFor(
	list: GpuList | undefined,
	localRank: number,
	gpusPerRank: number | undefined,
): string[] | undefined {
	return list === undefined || gpusPerRank === undefined
		? undefined
		: gpusOfRank(list, localRank, gpusPerRank);
}
