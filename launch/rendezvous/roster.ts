import type { Placement } from "../../src/control/environment.ts";
import { PROTOCOL, type RankToHead } from "./wire.ts";

export type Hello = Extract<RankToHead, { type: "hello" }>;

/** The ranks that have joined so far. */
export class Roster {
	readonly size: number;
	readonly #hellos = new Map<number, Hello>();

	constructor(size: number) {
		this.size = size;
	}

	get complete(): boolean {
		return this.#hellos.size === this.size;
	}

	get missing(): number[] {
		return Array.from({ length: this.size }, (_, rank) => rank).filter((rank) => !this.#hellos.has(rank));
	}

	/** Takes a rank in; a text says why not. `fatal`: the job can never be complete. */
	add(hello: Hello): { readonly text: string; readonly fatal: boolean } | undefined {
		const { rank, size, host, pid, protocol } = hello;
		const who = `Cannot let a process in (host ${host}, pid ${pid})`;
		if (protocol !== PROTOCOL) {
			return { text: `${who}: it has another version of tsmpi than rank 0`, fatal: true };
		}
		if (size !== this.size) {
			return {
				text: `${who}: it was told that there are ${size} ranks, and rank 0 that there are ${this.size}`,
				fatal: true,
			};
		}
		if (!Number.isInteger(rank) || rank < 0 || rank >= size) {
			return { text: `${who} as rank ${rank}: ranks are 0 to ${size - 1}`, fatal: false };
		}
		const first = this.#hellos.get(rank);
		if (first !== undefined) {
			return {
				text: `${who} as rank ${rank}: that rank has joined already (host ${first.host}, pid ${first.pid})`,
				fatal: false,
			};
		}
		this.#hellos.set(rank, hello);
		return undefined;
	}

	/** All of them, in rank order. */
	get hellos(): Hello[] {
		return [...this.#hellos.values()].sort((a, b) => a.rank - b.rank);
	}

	/** Where each rank stands; those with the same host name are on one host. */
	get places(): Placement[] {
		const hosts = [...new Set(this.hellos.map(({ host }) => host))];
		const counts = new Map<string, number>();
		const places = this.hellos.map(({ rank, host }) => {
			const localRank = counts.get(host) ?? 0;
			counts.set(host, localRank + 1);
			return { rank, size: this.size, localRank, nodeRank: hosts.indexOf(host), host };
		});
		return places.map(({ host, ...place }) => ({ ...place, localSize: counts.get(host) ?? 1 }));
	}
}
