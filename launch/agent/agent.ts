import { rmSync } from "node:fs";
import { hostname } from "node:os";
import { join } from "node:path";
import { LaunchError } from "../../src/errors.ts";
import { jobVariables } from "../../src/job.ts";
import type { Link } from "../link.ts";
import { hostNetwork } from "../network/job-network.ts";
import type { AgentToHead, HeadToAgent, RankOrder } from "../protocol.ts";
import { ControlServer } from "./control-server.ts";
import { Guard } from "./guard.ts";
import { oomKills } from "./out-of-memory.ts";
import { makePipes } from "./pipes.ts";
import { makePrivateFolder } from "./private-folder.ts";
import { RankProcess } from "./rank-process.ts";
import { killStrays } from "./strays.ts";
import { findWrappers, type Wrappers, wrap } from "./wrap.ts";

type Launch = Extract<HeadToAgent, { type: "launch" }>;

/** Starts and watches the ranks of one host, and leaves nothing of them behind. */
export class Agent {
	readonly #link: Link<AgentToHead, HeadToAgent>;
	readonly #ranks = new Map<number, RankProcess>();
	readonly #oomKills = oomKills();
	#jobId = "";
	#folder: string | undefined;
	#control: ControlServer | undefined;
	#guard: Guard | undefined;
	#kill: NodeJS.Timeout | undefined;
	#launched: Promise<void> = Promise.resolve();
	#ending = false;

	constructor(link: Link<AgentToHead, HeadToAgent>) {
		this.#link = link;
		link.onMessage((message) => this.#obey(message));
		link.onClose(() => void this.#close());
	}

	#obey(message: HeadToAgent): void {
		switch (message.type) {
			case "launch":
				this.#launched = this.#launch(message).catch((error: unknown) => this.#refuse(error));
				return;
			case "tell":
				this.#control?.tell(message.rank, message.message);
				return;
			case "stdin":
				this.#feed(message.rank, message.chunk);
				return;
			case "stdin-end":
				this.#ranks.get(message.rank)?.stdin?.end();
				return;
			case "signal":
				for (const rank of this.#ranks.values()) rank.signal(message.signal);
				return;
			case "terminate":
				this.#terminate(message.signal, message.graceMs);
				return;
			case "credit":
				this.#ranks.get(message.rank)?.acknowledge(message.stream, message.bytes);
				return;
			case "close":
				void this.#close();
		}
	}

	async #launch(order: Launch): Promise<void> {
		this.#jobId = order.jobId;
		const network =
			order.network &&
			hostNetwork(order.network, { name: hostname(), sshConnection: process.env.SSH_CONNECTION });
		const folder = makePrivateFolder();
		this.#folder = folder;
		const names = order.ranks.flatMap(({ rank, stdin }) => [
			`${rank}.out`,
			`${rank}.err`,
			...(stdin ? [`${rank}.in`] : []),
		]);
		const making = makePipes(folder, names);
		// While mkfifo runs.
		const wrappers = findWrappers(order.ranks.some(({ cores }) => cores !== undefined));
		// Where the kernel looks after the ranks, they need not wait for the start of another process.
		const kernelGuards = wrappers.deathSignal.length > 0;
		if (!kernelGuards) this.#guard = Guard.start(order.jobId, folder);
		const [control, pipes] = await Promise.all([
			ControlServer.listen(
				join(folder, "control.sock"),
				{
					ranks: new Set(order.ranks.map(({ rank }) => rank)),
					greeting: network && { type: "network", network },
				},
				{
					said: (rank, message) => this.#link.send({ type: "said", rank, message }),
					parted: (rank) => this.#link.send({ type: "parted", rank, atMs: Date.now() }),
					joinedTwice: (rank, pid) => this.#link.send({ type: "joined-twice", rank, pid }),
				},
			),
			making,
		]);
		this.#control = control;
		for (const rank of order.ranks) {
			if (this.#ending) break;
			try {
				this.#start(rank, order, { folder, wrappers, named: pipes !== undefined });
			} catch (cause) {
				throw new LaunchError(startError(rank, cause), 1, { cause });
			}
		}
		if (kernelGuards) this.#guard = Guard.start(order.jobId, folder);
		for (const { pid, gone } of this.#ranks.values()) {
			if (pid !== undefined && !gone) this.#guard?.watch(pid);
		}
	}

	#start(
		order: RankOrder,
		{ env, jobId, prompts, network }: Launch,
		{ folder, wrappers, named }: { folder: string; wrappers: Wrappers; named: boolean },
	): void {
		const { rank, cwd } = order;
		const [command = "", ...args] = wrap(wrappers, order.cores, [order.command, ...order.args]);
		const controlPath = join(folder, "control.sock");
		const path = (end: string) => join(folder, `${rank}.${end}`);
		const child = new RankProcess(
			{
				rank,
				jobId,
				command,
				args,
				cwd,
				env: {
					...env,
					...order.variables,
					...jobVariables({ ...order, jobId, controlPath, network: network !== undefined }),
				},
				pipes: named
					? { in: order.stdin ? path("in") : undefined, out: path("out"), err: path("err") }
					: undefined,
				stdin: order.stdin,
				prompts,
			},
			{
				output: (stream, chunk, partial) =>
					this.#link.send({ type: "output", rank, stream, chunk, partial, atMs: Date.now() }),
				exited: (code, signal) => this.#exited(rank, code, signal),
				drained: () => {
					if (child.pid !== undefined) this.#guard?.forget(child.pid);
					this.#link.send({ type: "drained", rank });
				},
				failed: (error) => {
					this.#link.send({ type: "refused", text: startError(order, error), exitCode: 1 });
				},
			},
		);
		child.stdin?.on("error", () => {});
		child.stdin?.on("close", () => this.#link.send({ type: "stdin-closed", rank }));
		if (child.pid === undefined) return;
		this.#ranks.set(rank, child);
		this.#link.send({ type: "launched", rank, pid: child.pid });
	}

	#refuse(error: unknown): void {
		const text = error instanceof Error ? error.message : String(error);
		this.#link.send({ type: "refused", text, exitCode: error instanceof LaunchError ? error.exitCode : 1 });
	}

	#exited(rank: number, code: number | null, signal: NodeJS.Signals | null): void {
		const outOfMemory = signal === "SIGKILL" && oomKills() > this.#oomKills;
		this.#link.send({ type: "exited", rank, code, signal, atMs: Date.now(), outOfMemory });
	}

	#feed(rank: number, chunk: Uint8Array): void {
		// Whether it was read or the rank reads no more: the head may send the next.
		const taken = () => this.#link.send({ type: "stdin-credit", rank, bytes: chunk.length });
		const stdin = this.#ranks.get(rank)?.stdin;
		if (stdin === undefined || stdin.destroyed) taken();
		else stdin.write(chunk, taken);
	}

	#terminate(signal: NodeJS.Signals, graceMs: number): void {
		this.#ending = true;
		clearTimeout(this.#kill);
		for (const rank of this.#ranks.values()) {
			rank.signal(signal);
			// A stopped process gets no other signal than this one and SIGKILL.
			rank.signal("SIGCONT");
		}
		this.#kill = setTimeout(() => {
			for (const rank of this.#ranks.values()) rank.signal("SIGKILL");
		}, graceMs);
	}

	async #close(): Promise<void> {
		const folder = this.#folder;
		this.#folder = undefined;
		this.#ending = true;
		await this.#launched;
		clearTimeout(this.#kill);
		for (const rank of this.#ranks.values()) rank.signal("SIGKILL");
		if (folder !== undefined) {
			const dismissed = this.#guard?.dismiss();
			killStrays(this.#jobId);
			this.#control?.close();
			rmSync(folder, { recursive: true, force: true });
			await dismissed;
		}
		this.#link.send({ type: "closed" });
	}
}

function startError({ rank, command }: RankOrder, error: unknown): string {
	return `Cannot start rank ${rank} (${command}): ${error instanceof Error ? error.message : String(error)}`;
}
