import { join } from "node:path";
import { LaunchError } from "../../src/base/errors.ts";
import type { ChildExit } from "../../src/base/process/exit-text.ts";
import { jobVariables } from "../../src/control/environment.ts";
import type { AgentToHead, LaunchOrder, RankOrder, ResolvedCommand, StreamName } from "../link/protocol.ts";
import { oomKills } from "../machine/out-of-memory.ts";
import { type Wrappers, wrap } from "../machine/wrap.ts";
import type { JobFolder } from "./job-folder.ts";
import { RankProcess } from "./rank-process.ts";
import { environmentOf } from "./resolve-ranks.ts";

/** What all ranks of a launch have in common. */
export interface Launch {
	readonly order: LaunchOrder;
	readonly folder: JobFolder;
	readonly wrappers: Wrappers;
	/** There are named pipes in the folder for the ranks' output and input; socket pairs otherwise. */
	readonly namedPipes: boolean;
}

/** The ranks of one host from their start to their end. What becomes of them is told to the head. */
export class LaunchedRanks {
	readonly #tell: (message: AgentToHead) => void;
	readonly #processes = new Map<number, RankProcess>();
	/** Kills of the kernel's OOM killer before the ranks were there. */
	readonly #earlierOomKills = oomKills();

	constructor(tell: (message: AgentToHead) => void) {
		this.#tell = tell;
	}

	/** Starts a rank. Throws LaunchError. */
	start(rank: RankOrder, command: ResolvedCommand, launch: Launch): void {
		try {
			this.#start(rank, command, launch);
		} catch (cause) {
			throw new LaunchError(startError(command, cause), 1, { cause });
		}
	}

	/** The process groups that may have processes. */
	get groups(): number[] {
		return [...this.#processes.values()].flatMap(({ pid, gone }) => (pid === undefined || gone ? [] : [pid]));
	}

	/** Resolves once all have exited and closed their output. */
	async ended(): Promise<void> {
		await Promise.all([...this.#processes.values()].map(({ ended }) => ended));
	}

	signal(signal: NodeJS.Signals): void {
		for (const process of this.#processes.values()) process.signal(signal);
	}

	/** Gives a rank a part of its standard input, and the head credit for it. */
	feed(rank: number, chunk: Uint8Array): void {
		// Credit is due whether the rank has read it or reads no more: the head may send the next.
		const taken = () => this.#tell({ type: "stdin-credit", rank, bytes: chunk.length });
		const stdin = this.#processes.get(rank)?.stdin;
		if (stdin === undefined || stdin.destroyed) taken();
		else stdin.write(chunk, taken);
	}

	/** Its standard input has ended. */
	endInput(rank: number): void {
		this.#processes.get(rank)?.stdin?.end();
	}

	/** The head has written so many bytes of a rank's output. */
	acknowledge(rank: number, { stream, bytes }: { stream: StreamName; bytes: number }): void {
		this.#processes.get(rank)?.acknowledge(stream, bytes);
	}

	#start(order: RankOrder, resolved: ResolvedCommand, launch: Launch): void {
		const { rank, stdin } = order;
		const { folder, wrappers, namedPipes } = launch;
		const { jobId, prompts } = launch.order;
		const [command = "", ...args] = wrap(wrappers, resolved.cores, [resolved.command, ...resolved.args]);
		const path = (end: string) => join(folder.path, `${rank}.${end}`);
		const child = new RankProcess(
			{
				...{ rank, jobId, command, args, stdin, prompts },
				cwd: resolved.cwd,
				env: rankEnvironment(order, resolved, launch),
				pipes: namedPipes
					? { in: stdin ? path("in") : undefined, out: path("out"), err: path("err") }
					: undefined,
			},
			{
				output: (stream, output) => this.#tell({ type: "output", rank, stream, ...output, atMs: Date.now() }),
				exited: (ending) => this.#exited(rank, ending),
				drained: () => {
					if (child.pid !== undefined) folder.forget(child.pid);
					this.#tell({ type: "drained", rank });
				},
				failed: (error) => this.#tell({ type: "refused", text: startError(resolved, error), exitCode: 1 }),
			},
		);
		child.stdin?.on("error", () => {});
		child.stdin?.on("close", () => this.#tell({ type: "stdin-closed", rank }));
		if (child.pid === undefined) return;
		this.#processes.set(rank, child);
		this.#tell({ type: "launched", rank, pid: child.pid });
	}

	#exited(rank: number, { code, signal }: ChildExit): void {
		const outOfMemory = signal === "SIGKILL" && oomKills() > this.#earlierOomKills;
		this.#tell({ type: "exited", rank, code, signal, atMs: Date.now(), outOfMemory });
	}
}

function rankEnvironment(
	rank: RankOrder,
	{ gpus }: ResolvedCommand,
	{ order, folder }: Launch,
): NodeJS.ProcessEnv {
	const { jobId, network } = order;
	const { controlPath, files } = folder;
	return {
		...environmentOf(order, rank.program),
		...(gpus === undefined ? {} : { CUDA_VISIBLE_DEVICES: gpus.join(",") }),
		...(files === undefined ? {} : { TSMPI_PRELOAD: files.folder }),
		...jobVariables({ ...rank, jobId, controlPath, network: network !== undefined }),
	};
}

function startError({ rank, command }: ResolvedCommand, error: unknown): string {
	return `Cannot start rank ${rank} (${command}): ${error instanceof Error ? error.message : String(error)}`;
}
