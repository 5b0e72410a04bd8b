import { FinalizedError, MpiError } from "./base/errors.ts";
import { Comm } from "./comm/comm.ts";
import { describe } from "./comm/operations.ts";
import type { Connect, Control } from "./control/control.ts";
import type { Membership } from "./control/environment.ts";
import type { AgentToRank, Network, Peer } from "./control/messages.ts";
import { BlockedWatch } from "./progress/blocked.ts";
import { callerOf } from "./progress/caller.ts";
import { Context } from "./progress/context.ts";
import { Progress } from "./progress/progress.ts";
import type { Mesh } from "./transport/mesh.ts";

/** Exit code of a rank whose launcher is gone. */
const ORPHANED = 1;
/** How often a program is kept alive anew that waits for nothing but an AbortSignal, in milliseconds. */
const ABORT_POLL_MS = 50;

/** This rank's part in the job: joins it, holds its layers together, and leaves it in order. */
export class Session {
	readonly world: Comm;
	readonly #progress: Progress;
	readonly #watch: BlockedWatch;
	#mesh: Mesh | undefined;
	#control: Control | undefined;
	#network: ((network: Network) => void) | undefined;
	#start: ((peers: readonly Peer[]) => void) | undefined;
	#finalized: (() => void) | undefined;
	#finalizing: Promise<void> | undefined;
	#left = false;

	private constructor(place: { rank: number; size: number; nodeRank: number }) {
		const { rank, size } = place;
		this.#progress = new Progress(place, {
			onLost: (error) => void this.abort(1, error.message),
			onMismatch: (error) => this.#control?.send({ type: "mismatch", text: error.message }),
		});
		this.#watch = new BlockedWatch(this.#progress.pending, () => void this.#reportBlocked());
		const members = Array.from({ length: size }, (_, i) => i);
		const context = new Context(0, "world", members, rank, describe);
		this.#progress.register(context);
		this.world = new Comm(this.#progress, context);
	}

	/** A world of one, without tsmpirun. */
	static alone(): Session {
		const session = new Session({ rank: 0, size: 1, nodeRank: 0 });
		process.on("beforeExit", () => session.#onEmptyLoop());
		return session;
	}

	/** Joins a job of several processes. */
	static async join(job: Membership, connect: Connect): Promise<Session> {
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

	async #join(job: Membership, connect: Connect): Promise<void> {
		const told = new Promise<Network | undefined>((resolve) => {
			this.#network = resolve;
			if (!job.network) resolve(undefined);
		});
		const connected = connect(
			(message) => this.#onMessage(message),
			() => process.exit(ORPHANED),
		);
		if (job.size > 1) {
			// Loaded only where it is needed: a world of one starts faster without.
			const { Mesh } = await import("./transport/mesh.ts");
			this.#mesh = new Mesh(job.nodeRank, {
				onMessage: (frames) => this.#progress.receive(frames),
				onIdle: () => this.#watch.onIdle(),
				onBroken: (rank, error) => this.#control?.send({ type: "broken", rank, text: error.message }),
			});
			this.#progress.sockets = this.#mesh;
		}
		// On one host there is nothing to wait for: the sockets are bound while the connection is made.
		if (job.network) await connected;
		const endpoint = await this.#mesh?.bind({ ipc: job.ipc, network: await told });
		this.#control = await connected;
		const started = new Promise<readonly Peer[]>((resolve) => {
			this.#start = resolve;
		});
		const { rank } = job;
		this.#control.send({
			type: "hello",
			rank,
			pid: process.pid,
			version: process.version,
			endpoint: endpoint ?? {},
		});
		const peers = await started;
		this.#control.keepsAlive = false;
		if (this.#mesh !== undefined) this.#mesh.peers = peers;
		process.on("beforeExit", () => {
			if (!this.#watch.onEmptyLoop()) this.#onEmptyLoop();
		});
		// Before those of the parts below, which close what this needs.
		process.prependListener("exit", (code) => this.#onExit(code));
	}

	#onMessage(message: AgentToRank): void {
		const progress = this.#progress;
		switch (message.type) {
			case "network":
				this.#network?.(message.network);
				break;
			case "start":
				this.#start?.(message.peers);
				break;
			case "left": {
				const { rank, cause, failed, sent } = message;
				progress.departures.announce({ rank, cause, failed }, sent, progress.received(rank));
				break;
			}
			case "finalized":
				this.#finalized?.();
				break;
			case "query":
				void this.#answer(message.query);
				break;
		}
	}

	async #answer(query: number): Promise<void> {
		const operations = await this.#progress.pending.located();
		this.#control?.send({ type: "status", query, operations });
	}

	/** Node is about to end the program: because it is done, or because only we know that it waits for a message. */
	#onEmptyLoop(): void {
		const { pending } = this.#progress;
		if (pending.size === 0) {
			void this.finalize();
		} else if (pending.abortable) {
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
		const operations = await this.#progress.pending.located();
		const waits = operations.map(({ operation, at }) => `${operation} at ${at ?? "an unknown line"}`);
		process.stderr.write(`tsmpi: deadlock: the only rank waits for itself in ${waits.join(", ")}\n`);
		process.exit(1);
	}

	async #reportBlocked(): Promise<void> {
		const { pending, sentCounts, receivedCounts } = this.#progress;
		const gone = this.#progress.departures.ranks;
		const operations = await pending.located();
		this.#control?.send({ type: "blocked", operations, sent: sentCounts, received: receivedCounts, gone });
	}

	async #finalize(): Promise<void> {
		const progress = this.#progress;
		this.#closeAll();
		// A collective that was not awaited is between two of its steps when nothing is pending.
		for (const context of progress.contexts) await context.calls.ended();
		await progress.pending.drained();
		// Communicators that those calls have made.
		this.#closeAll();
		if (this.#control !== undefined) {
			const finalized = new Promise<void>((resolve) => {
				this.#finalized = resolve;
			});
			this.#control.keepsAlive = true;
			this.#control.send({ type: "finalize", sent: progress.sentCounts });
			await finalized;
			this.#control.close();
		}
		this.#left = true;
		// Nobody reads any more what may still be queued.
		this.#mesh?.abandon();
		this.#mesh?.close();
	}

	#closeAll(): void {
		for (const context of this.#progress.contexts) {
			const error = (action: string) => new FinalizedError(action);
			context.closed = error;
			context.matching.reject(
				() => true,
				() => error("receive"),
			);
		}
	}

	#onExit(code: number): void {
		if (this.#left) return;
		const { pending, sentCounts } = this.#progress;
		// Node calls this from within process.exit, if that is how the program ends.
		const { stack } = new Error();
		const at = stack?.includes("process.exit") ? callerOf(stack) : undefined;
		const operations = pending.report();
		this.#control?.sendSync({
			type: "leaving",
			code,
			...(at === undefined ? {} : { at }),
			operations,
			sent: sentCounts,
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
