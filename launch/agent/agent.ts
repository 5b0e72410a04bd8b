import { rmSync } from "node:fs";
import { hostname } from "node:os";
import { join } from "node:path";
import { LaunchError } from "../../src/base/errors.ts";
import { jobVariables } from "../../src/control/environment.ts";
import type { Network } from "../../src/control/messages.ts";
import type { Question } from "../doctor/questions.ts";
import type { Link } from "../link/link.ts";
import type {
	AgentToHead,
	HeadToAgent,
	LaunchOrder,
	PlacedRank,
	Preload,
	RankOrder,
} from "../link/protocol.ts";
import { makePrivateFolder } from "../machine/private-folder.ts";
import { findWrappers, type Wrappers, wrap } from "../machine/wrap.ts";
import { hostNetwork } from "../network/job-network.ts";
import { ControlServer } from "./control-server.ts";
import { Guard } from "./guard.ts";
import { oomKills } from "./out-of-memory.ts";
import { makePipes } from "./output/pipes.ts";
import { environmentOf, placeRanks } from "./place.ts";
import type { PreloadedFiles } from "./preloaded-files.ts";
import { RankProcess } from "./rank-process.ts";
import { killStrays } from "./strays.ts";

/** After the head is gone ranks get this time between SIGTERM and SIGKILL: all must be over within 5 s. */
const ORPHAN_GRACE_MS = 2000;

/** An order that has been looked into: all is there that its ranks need. */
interface Prepared {
	readonly order: LaunchOrder;
	readonly network: Network | undefined;
	readonly placed: ReadonlyMap<number, PlacedRank>;
}

/** Starts and watches the ranks of one host, and leaves nothing of them behind. */
export class Agent {
	readonly #link: Link<AgentToHead, HeadToAgent>;
	readonly #ranks = new Map<number, RankProcess>();
	readonly #oomKills = oomKills();
	#jobId = "";
	#folder: string | undefined;
	#control: ControlServer | undefined;
	#guard: Guard | undefined;
	#files: PreloadedFiles | undefined;
	/** The same, while it is being made. */
	#incoming: Promise<PreloadedFiles> | undefined;
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
		link.onMessage((message) => this.#obey(message));
		link.onClose(() => void this.abandon());
	}

	/** Nobody is there any more to tell: ends the ranks, by force after a short time, and cleans up. */
	async abandon(): Promise<void> {
		this.#terminate("SIGTERM", ORPHAN_GRACE_MS);
		await this.#launched;
		// Not for ever: nobody takes their output any more.
		const limit = new Promise((resolve) => setTimeout(resolve, ORPHAN_GRACE_MS));
		await Promise.race([limit, Promise.all([...this.#ranks.values()].map(({ ended }) => ended))]);
		await this.#close();
	}

	#obey(message: HeadToAgent): void {
		switch (message.type) {
			case "launch":
				this.#prepared = this.#prepare(message).catch((error: unknown) => this.#refuse(error));
				return;
			case "file":
				void this.#incoming?.then((files) => files.take(message.file, message.chunk), nothing);
				return;
			case "file-end":
				void this.#incoming?.then((files) => files.end(message.file), nothing);
				return;
			case "go":
				this.#launched = this.#launch().catch((error: unknown) => this.#refuse(error));
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
			case "examine":
				void this.#examine(message.question);
				return;
			case "close":
				void this.#close();
		}
	}

	/** Loaded only here: a job has no use for it. */
	async #examine(question: Question): Promise<void> {
		const { answer } = await import("../doctor/questions.ts");
		this.#link.send({ type: "examined", answer: await answer(question, process.env) });
	}

	async #prepare(order: LaunchOrder): Promise<Prepared> {
		this.#jobId = order.jobId;
		if (order.preload !== undefined) await this.#receiveFiles(order.preload);
		const { ranks, gpus } = await placeRanks(order, this.#files);
		const network =
			order.network &&
			hostNetwork(order.network, { name: hostname(), sshConnection: process.env.SSH_CONNECTION });
		this.#link.send({ type: "placed", ranks, ...(gpus === undefined ? {} : { gpus }) });
		return { order, network, placed: new Map(ranks.map((rank) => [rank.rank, rank])) };
	}

	/** The files are in the job's folder, which is guarded from here on. */
	async #receiveFiles(preload: Preload): Promise<void> {
		const folder = makePrivateFolder();
		this.#folder = folder;
		this.#guard = Guard.start(this.#jobId, folder);
		const credit = (bytes: number) => this.#link.send({ type: "file-credit", bytes });
		this.#incoming = import("./preloaded-files.ts").then(
			({ PreloadedFiles }) => new PreloadedFiles(folder, preload, credit),
		);
		this.#files = await this.#incoming;
		await this.#files.ready;
	}

	async #launch(): Promise<void> {
		const prepared = await this.#prepared;
		if (prepared === undefined || this.#ending) return;
		const { order, placed, network } = prepared;
		this.#folder ??= makePrivateFolder();
		const folder = this.#folder;
		const names = order.ranks.flatMap(({ rank, stdin }) => [
			`${rank}.out`,
			`${rank}.err`,
			...(stdin ? [`${rank}.in`] : []),
		]);
		const making = makePipes(folder, names);
		// While mkfifo runs.
		const wrappers = findWrappers(order.binding.cores);
		// Where the kernel looks after the ranks, they need not wait for the start of another process.
		const kernelGuards = wrappers.deathSignal.length > 0;
		if (!kernelGuards) this.#guard ??= Guard.start(order.jobId, folder);
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
			const place = placed.get(rank.rank);
			if (place === undefined) continue;
			try {
				this.#start(rank, place, order, { folder, wrappers, named: pipes !== undefined });
			} catch (cause) {
				throw new LaunchError(startError(place, cause), 1, { cause });
			}
		}
		if (kernelGuards) this.#guard ??= Guard.start(order.jobId, folder);
		for (const { pid, gone } of this.#ranks.values()) {
			if (pid !== undefined && !gone) this.#guard?.watch(pid);
		}
	}

	#start(
		order: RankOrder,
		place: PlacedRank,
		launch: LaunchOrder,
		{ folder, wrappers, named }: { folder: string; wrappers: Wrappers; named: boolean },
	): void {
		const { rank, stdin } = order;
		const { jobId, prompts } = launch;
		const [command = "", ...args] = wrap(wrappers, place.cores, [place.command, ...place.args]);
		const gpus = place.gpus === undefined ? {} : { CUDA_VISIBLE_DEVICES: place.gpus.join(",") };
		const controlPath = join(folder, "control.sock");
		const path = (end: string) => join(folder, `${rank}.${end}`);
		const child = new RankProcess(
			{
				rank,
				jobId,
				command,
				args,
				cwd: place.cwd,
				env: {
					...environmentOf(launch, order.program),
					...gpus,
					...(this.#files === undefined ? {} : { TSMPI_PRELOAD: this.#files.folder }),
					...jobVariables({ ...order, jobId, controlPath, network: launch.network !== undefined }),
				},
				pipes: named ? { in: stdin ? path("in") : undefined, out: path("out"), err: path("err") } : undefined,
				stdin,
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
					this.#link.send({ type: "refused", text: startError(place, error), exitCode: 1 });
				},
			},
		);
		child.stdin?.on("error", () => {});
		child.stdin?.on("close", () => this.#link.send({ type: "stdin-closed", rank }));
		if (child.pid === undefined) return;
		this.#ranks.set(rank, child);
		this.#link.send({ type: "launched", rank, pid: child.pid });
	}

	#refuse(error: unknown): undefined {
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

	#close(): Promise<void> {
		this.#cleaned ??= this.#cleanUp();
		return this.#cleaned;
	}

	async #cleanUp(): Promise<void> {
		this.#ending = true;
		await this.#launched;
		const folder = this.#folder;
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
		this.#finish();
	}
}

function startError({ rank, command }: PlacedRank, error: unknown): string {
	return `Cannot start rank ${rank} (${command}): ${error instanceof Error ? error.message : String(error)}`;
}

/** For what has been told in another place. */
const nothing = () => {};
