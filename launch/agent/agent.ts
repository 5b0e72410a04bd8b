import { hostname } from "node:os";
import { LaunchError } from "../../src/base/errors.ts";
import type { Network } from "../../src/control/messages.ts";
import type { Probe } from "../link/examination.ts";
import type { Link } from "../link/link.ts";
import type { AgentToHead, HeadToAgent, LaunchOrder, ResolvedCommand } from "../link/protocol.ts";
import { findWrappers } from "../machine/wrap.ts";
import { hostNetwork } from "../network/job-network.ts";
import { ControlServer } from "./control-server.ts";
import { JobFolder } from "./job-folder.ts";
import { LaunchedRanks } from "./launched-ranks.ts";
import { makePipes } from "./output/pipes.ts";
import { resolveRanks } from "./resolve-ranks.ts";
import { killStrays } from "./strays.ts";

/** After the head is gone ranks get this time between SIGTERM and SIGKILL: all must be over within 5 s. */
const ORPHAN_GRACE_MS = 2000;

/** An order that has been looked into: all is there that its ranks need. */
interface Prepared {
	readonly order: LaunchOrder;
	readonly network: Network | undefined;
	/** By rank. */
	readonly commands: ReadonlyMap<number, ResolvedCommand>;
}

/** Obeys the head on one host: starts ranks there, watches them, and leaves nothing of them behind. */
export class Agent {
	readonly #link: Link<AgentToHead, HeadToAgent>;
	readonly #ranks: LaunchedRanks;
	#jobId = "";
	#folder: JobFolder | undefined;
	#control: ControlServer | undefined;
	#kill: NodeJS.Timeout | undefined;
	#prepared: Promise<Prepared | undefined> = Promise.resolve(undefined);
	#launched: Promise<void> = Promise.resolve();
	#ending = false;
	#cleaned: Promise<void> | undefined;
	#finish: () => void = () => {};
	/** Resolves once nothing of the job is left on this host. */
	readonly done = new Promise<void>((resolve) => {
		this.#finish = resolve;
	});

	constructor(link: Link<AgentToHead, HeadToAgent>) {
		this.#link = link;
		this.#ranks = new LaunchedRanks((message) => link.send(message));
		link.onMessage((message) => this.#obey(message));
		link.onClose(() => void this.abandon());
	}

	/** Nobody is there any more to tell: ends the ranks, by force after a short time, and cleans up. */
	async abandon(): Promise<void> {
		this.#terminate("SIGTERM", ORPHAN_GRACE_MS);
		await this.#launched;
		// Bounded, because their output may wait for a reader that is gone.
		const limit = new Promise((resolve) => setTimeout(resolve, ORPHAN_GRACE_MS));
		await Promise.race([limit, this.#ranks.ended()]);
		await this.#close();
	}

	#obey(message: HeadToAgent): void {
		switch (message.type) {
			case "launch":
				this.#prepared = this.#prepare(message).catch((error: unknown) => this.#refuse(error));
				return;
			case "file":
				this.#folder?.takeChunk(message.file, message.chunk);
				return;
			case "file-end":
				this.#folder?.endFile(message.file);
				return;
			case "go":
				this.#launched = this.#launch().catch((error: unknown) => this.#refuse(error));
				return;
			case "tell":
				this.#control?.tell(message.rank, message.message);
				return;
			case "stdin":
				this.#ranks.feed(message.rank, message.chunk);
				return;
			case "stdin-end":
				this.#ranks.endInput(message.rank);
				return;
			case "signal":
				this.#ranks.signal(message.signal);
				return;
			case "terminate":
				this.#terminate(message.signal, message.graceMs);
				return;
			case "credit":
				this.#ranks.acknowledge(message.rank, message);
				return;
			case "examine":
				void this.#examine(message.probe);
				return;
			case "close":
				void this.#close();
		}
	}

	/** Loaded only here: a job has no use for it. */
	async #examine(probe: Probe): Promise<void> {
		const { examine } = await import("./examine/examine.ts");
		this.#link.send({ type: "examined", finding: await examine(probe, process.env) });
	}

	async #prepare(order: LaunchOrder): Promise<Prepared> {
		this.#jobId = order.jobId;
		if (order.preload !== undefined) {
			this.#folder = new JobFolder(order.jobId);
			await this.#folder.receiveFiles(order.preload, (bytes) => {
				this.#link.send({ type: "file-credit", bytes });
			});
		}
		const answer = await resolveRanks(order, this.#folder?.files);
		const network =
			order.network &&
			hostNetwork(order.network, { name: hostname(), sshConnection: process.env.SSH_CONNECTION });
		this.#link.send(answer);
		return { order, network, commands: new Map(answer.commands.map((command) => [command.rank, command])) };
	}

	async #launch(): Promise<void> {
		const prepared = await this.#prepared;
		if (prepared === undefined || this.#ending) return;
		const { order, commands } = prepared;
		this.#folder ??= new JobFolder(order.jobId);
		const folder = this.#folder;
		const making = makePipes(folder.path, order.ranks.flatMap(pipeNames));
		// While mkfifo runs.
		const wrappers = findWrappers({ bindsCores: order.binding.cores });
		// Where the kernel ends the ranks with us, they need not wait for the guard to start.
		const kernelGuards = wrappers.deathSignal.length > 0;
		if (!kernelGuards) folder.guard();
		const [control, pipes] = await Promise.all([this.#listen(folder, prepared), making]);
		this.#control = control;
		const launch = { order, folder, wrappers, namedPipes: pipes !== undefined };
		for (const rank of order.ranks) {
			if (this.#ending) break;
			const command = commands.get(rank.rank);
			if (command !== undefined) this.#ranks.start(rank, command, launch);
		}
		folder.guard();
		for (const group of this.#ranks.groups) folder.watch(group);
	}

	/** Opens the socket by which the ranks join. */
	#listen({ controlPath }: JobFolder, { order, network }: Prepared): Promise<ControlServer> {
		return ControlServer.listen(
			controlPath,
			{
				ranks: new Set(order.ranks.map(({ rank }) => rank)),
				greeting: network && { type: "network", network },
			},
			{
				said: (rank, message) => this.#link.send({ type: "said", rank, message }),
				parted: (rank) => this.#link.send({ type: "parted", rank, atMs: Date.now() }),
				joinedTwice: (rank, pid) => this.#link.send({ type: "joined-twice", rank, pid }),
			},
		);
	}

	#refuse(error: unknown): undefined {
		const text = error instanceof Error ? error.message : String(error);
		this.#link.send({ type: "refused", text, exitCode: error instanceof LaunchError ? error.exitCode : 1 });
	}

	#terminate(signal: NodeJS.Signals, graceMs: number): void {
		this.#ending = true;
		clearTimeout(this.#kill);
		this.#ranks.signal(signal);
		// A stopped process gets no other signal than this one and SIGKILL.
		this.#ranks.signal("SIGCONT");
		this.#kill = setTimeout(() => this.#ranks.signal("SIGKILL"), graceMs);
	}

	#close(): Promise<void> {
		this.#cleaned ??= this.#cleanUp();
		return this.#cleaned;
	}

	async #cleanUp(): Promise<void> {
		this.#ending = true;
		await this.#launched;
		clearTimeout(this.#kill);
		this.#ranks.signal("SIGKILL");
		if (this.#folder !== undefined) {
			killStrays(this.#jobId);
			this.#control?.close();
			await this.#folder.remove();
		}
		this.#link.send({ type: "closed" });
		this.#finish();
	}
}

/** The named pipes of a rank. */
function pipeNames({ rank, stdin }: { readonly rank: number; readonly stdin: boolean }): string[] {
	return [`${rank}.out`, `${rank}.err`, ...(stdin ? [`${rank}.in`] : [])];
}
