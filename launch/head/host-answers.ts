import type { AgentToHead, ResolvedCommand } from "../link/protocol.ts";
import { type MapRow, mapText } from "../map/display-map.ts";
import type { Plan } from "./plan.ts";

/** What the agents have answered about their hosts so far, for --display-map and --dry-run. */
export class HostAnswers {
	readonly #plan: Plan;
	readonly #commands = new Map<number, ResolvedCommand>();
	readonly #gpus = new Map<number, readonly string[]>();

	constructor(plan: Plan) {
		this.#plan = plan;
	}

	/** Takes an agent's answer; says whether all are known now. */
	add({ commands, gpus }: Extract<AgentToHead, { type: "prepared" }>): boolean {
		for (const command of commands) this.#commands.set(command.rank, command);
		const node = this.#plan.ranks[commands[0]?.rank ?? -1]?.nodeRank;
		if (gpus !== undefined && node !== undefined) this.#gpus.set(node, gpus);
		return this.#commands.size === this.#plan.ranks.length;
	}

	/** The map in words, with the commands or without. */
	mapText(shown: { readonly commands: boolean }): string {
		const { ranks, programs, binding } = this.#plan;
		const rows = ranks.map((mapped): MapRow => {
			const resolved = this.#commands.get(mapped.rank);
			const typed = programs[mapped.program];
			const { command = typed?.program ?? "", args = typed?.args ?? [] } = resolved ?? {};
			const { gpus, cores } = resolved ?? {};
			return { mapped, command: [command, ...args], gpus, cores, asked: resolved !== undefined };
		});
		return mapText(rows, { gpus: this.#gpus, gpusPerRank: binding.gpusPerRank ?? 1, ...shown });
	}
}
