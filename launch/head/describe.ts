import type { AgentToHead, PlacedRank } from "../link/protocol.ts";
import { type DisplayedRank, mapText } from "../map/display-map.ts";
import type { Plan } from "./plan.ts";

/** What the agents have answered about their hosts so far. */
export class Placements {
	readonly #plan: Plan;
	readonly #ranks = new Map<number, PlacedRank>();
	readonly #gpus = new Map<number, readonly string[]>();

	constructor(plan: Plan) {
		this.#plan = plan;
	}

	/** Takes an agent's answer; says whether all are known now. */
	add({ ranks, gpus }: Pick<Extract<AgentToHead, { type: "placed" }>, "ranks" | "gpus">): boolean {
		for (const rank of ranks) this.#ranks.set(rank.rank, rank);
		const node = this.#plan.ranks[ranks[0]?.rank ?? -1]?.nodeRank;
		if (gpus !== undefined && node !== undefined) this.#gpus.set(node, gpus);
		return this.#ranks.size === this.#plan.ranks.length;
	}

	/** The map in words, with the commands or without. */
	describe(commands: boolean): string {
		const { ranks, programs, binding } = this.#plan;
		const displayed = ranks.map((mapped): DisplayedRank => {
			const placed = this.#ranks.get(mapped.rank);
			const typed = programs[mapped.program];
			const { command = typed?.program ?? "", args = typed?.args ?? [] } = placed ?? {};
			const { gpus, cores } = placed ?? {};
			return { mapped, command: [command, ...args], gpus, cores, asked: placed !== undefined };
		});
		return mapText(displayed, { gpus: this.#gpus, gpusPerRank: binding.gpusPerRank ?? 1, commands });
	}
}
