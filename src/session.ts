import { MpiError } from "./base/errors.ts";
import type { Comm } from "./comm/api/comm.ts";
import { openWorld } from "./comm/communicator.ts";
import type { Connect, Control } from "./control/control.ts";
import { ControlInbox, type News } from "./control/control-inbox.ts";
import type { Placement } from "./control/environment.ts";
import { Grace } from "./control/grace.ts";
import { Progress } from "./progress/progress.ts";
import { BlockedWatch } from "./progress/waiting/blocked-watch.ts";
import { callerOf } from "./progress/waiting/caller.ts";
import type { Mesh } from "./transport/mesh.ts";

/** Exit code of a rank whose launcher is gone. */
const ORPHANED = 1;
/** How often a program is kept alive anew that waits for nothing but an AbortSignal, in milliseconds. */
const ABORT_POLL_MS = 50;

/** A rank's place, and how it receives from its peers. */
export interface JoinOptions extends Placement {
	/** Whether the control plane says first how ranks of other hosts are reached. */
	readonly network: boolean;
	/** Where it receives from the ranks of its host, unless by tcp as from all others. */
	readonly ipc: string | undefined;
}

/** This rank's part in the job: joins it, connects its layers, and leaves it in order. */
export class Session {
	readonly world: Comm;
	readonly #progress: Progress;
	readonly #watch: BlockedWatch;
	readonly #inbox = new ControlInbox((news) => this.#onNews(news));
	readonly #grace = new Grace();
	#mesh: Mesh | undefined;
	/** Set once the job has taken this rank; never in a world of one. */
	#control: Control | undefined;
	#finalizing: Promise<void> | undefined;
	#left = false;

	private constructor(place: { rank: number; size: number; nodeRank: number }) {
		this.#progress = new Progress(place, {
			onLost: (error) => void this.abort(1, error.message),
			onMismatch: (error) => this.#control?.send({ type: "mismatch", text: error.message }),
		});
		this.#watch = new BlockedWatch(this.#progress.waiting, () => void this.#reportBlocked());
		this.world = openWorld(this.#progress);
	}

	/** A world of one, without tsmpirun. */
	static alone(): Session {
		const session = new Session({ rank: 0, size: 1, nodeRank: 0 });
		process.on("beforeExit", () => session.#onEmptyLoop());
		return session;
	}

	/** Joins a job of several processes. */
	static async join(job: JoinOptions, connect: Connect): Promise<Session> {
		const session = new Session(job);
		await session.#join(job, connect);
		return session;
	}

	/** Leaves the job: resolves once every rank has called it or is gone. */
	finalize(): Promise<void> {
		this.#finalizing ??= this.#finalize();
		return this.#finalizing;
	}

	/** Ends every rank of the job; this process is ended by it too. */
	async abort(code: number, reason: string): Promise<never> {
		if (this.#control === undefined) {
			process.stderr.write(`tsmpi: aborted: ${reason}\n`);
			process.exit(code > 0 && code < 256 ? code : code === 0 ? 1 : 255);
		}
		this.#control.send({ type: "abort", code, reason });
		this.#control.keepsAlive = true;
		return new Promise(() => undefined);
	}

	/** Tells the launcher how long the job may take to finish after a signal; resolves once it knows. */
	async grace(seconds: number): Promise<void> {
		// A rank that has left the job, or is about to, holds up nobody.
		if (this.#control === undefined || this.#finalizing !== undefined) return;
		await this.#grace.ask(this.#control, seconds);
	}

	async #join(job: JoinOptions, connect: Connect): Promise<void> {
		const connected = connect(this.#inbox.receive, () => process.exit(ORPHANED));
		const mesh = job.size > 1 ? await this.#openMesh(job.nodeRank) : undefined;
		// On one host there is nothing to wait for: the sockets are bound while the connection is made.
		if (job.network) await connected;
		const network = job.network ? (await this.#inbox.next("network")).network : undefined;
		const endpoint = await mesh?.bind({ ipc: job.ipc, network });
		this.#control = await connected;
		this.#control.send({
			type: "hello",
			rank: job.rank,
			pid: process.pid,
			version: process.version,
			endpoint: endpoint ?? {},
		});
		const { peers } = await this.#inbox.next("start");
		this.#control.keepsAlive = false;
		if (mesh !== undefined) mesh.peers = peers;
		process.on("beforeExit", () => {
			if (!this.#watch.onEmptyLoop()) this.#onEmptyLoop();
		});
		// Before the exit listeners of the sockets and the control plane, which close what this one writes to.
		process.prependListener("exit", (code) => this.#onExit(code));
	}

	async #openMesh(node: number): Promise<Mesh> {
		// Loaded only where it is needed: a world of one starts faster without.
		const { Mesh } = await import("./transport/mesh.ts");
		this.#mesh = new Mesh(node, {
			frames: this.#progress,
			idle: this.#watch,
			onBroken: (rank, error) => this.#control?.send({ type: "broken", rank, text: error.message }),
		});
		this.#progress.sockets = this.#mesh;
		return this.#mesh;
	}

	#onNews(news: News): void {
		switch (news.type) {
			case "query":
				void this.#answer(news.query);
				break;
			case "graced":
				this.#grace.noted();
				break;
			case "signal":
				// From here, not from the launcher: its child may be a shell, and its children are not to be disturbed.
				process.kill(process.pid, news.signal);
				break;
			case "left": {
				const { rank, cause, failed, sent } = news;
				const { departures, peers } = this.#progress;
				departures.announce({ rank, cause, failed }, sent, peers.received(rank));
			}
		}
	}

	async #answer(query: number): Promise<void> {
		const operations = await this.#progress.waiting.located();
		this.#control?.send({ type: "status", query, operations });
	}

	/** Node is about to end the program: because it is done, or because only we know that it waits for a message. */
	#onEmptyLoop(): void {
		const { waiting } = this.#progress;
		if (waiting.size === 0) {
			void this.finalize();
		} else if (waiting.abortable) {
			// The timer of AbortSignal.timeout does not keep Node alive.
			setTimeout(() => undefined, ABORT_POLL_MS);
		} else if (this.#control === undefined) {
			void this.#endAlone();
		} else {
			this.#control.keepsAlive = true;
			void this.#reportBlocked();
		}
	}

	async #endAlone(): Promise<void> {
		const operations = await this.#progress.waiting.located();
		const waits = operations.map(({ operation, at }) => `${operation} at ${at ?? "an unknown line"}`);
		process.stderr.write(`tsmpi: deadlock: the only rank waits for itself in ${waits.join(", ")}\n`);
		process.exit(1);
	}

	async #reportBlocked(): Promise<void> {
		// Counted before the callers are looked for: meanwhile messages may come in that end the wait.
		const { sentCounts: sent, receivedCounts: received } = this.#progress.peers;
		const gone = this.#progress.departures.ranks;
		const operations = await this.#progress.waiting.located();
		this.#control?.send({ type: "blocked", operations, sent, received, gone });
	}

	async #finalize(): Promise<void> {
		const { contexts, waiting, peers } = this.#progress;
		this.#closeAll();
		// A collective that was not awaited is between two of its steps when nothing waits.
		for (const context of contexts) await context.calls.ended();
		await waiting.drained();
		// Communicators that those calls have made.
		this.#closeAll();
		if (this.#control !== undefined) {
			this.#control.keepsAlive = true;
			this.#control.send({ type: "finalize", sent: peers.sentCounts });
			await this.#inbox.next("finalized");
			this.#control.close();
		}
		this.#left = true;
		// Nobody reads any more what may still be queued.
		this.#mesh?.abandon();
		this.#mesh?.close();
	}

	#closeAll(): void {
		for (const context of this.#progress.contexts) context.close("finalized");
	}

	#onExit(code: number): void {
		if (this.#left) return;
		const { waiting, peers } = this.#progress;
		// Node calls this from within process.exit, if that is how the program ends.
		const { stack } = new Error();
		const at = stack?.includes("process.exit") ? callerOf(stack) : undefined;
		this.#control?.sendSync({
			type: "leaving",
			code,
			...(at === undefined ? {} : { at }),
			operations: waiting.report(),
			sent: peers.sentCounts,
		});
		if (code === 0) this.#mesh?.flush();
		else this.#mesh?.abandon();
	}
}

/** The error for a process that is one of several without tsmpirun's help. */
export function strayError(variable: string, value: string | undefined): MpiError {
	return new MpiError(
		"ERR_OTHER",
		`Cannot join a job: ${variable}=${value} says that this process is one of several, but tsmpirun did not start it; ` +
			"run tsmpirun instead, inside of the allocation, or set TSMPI_RENDEZVOUS",
	);
}
