import { Dispatcher } from "../../dispatch/dispatcher.ts";
import type { Piece, WorkerEvent } from "../../dispatch/messages.ts";
import type { Replica } from "../../dispatch/replica.ts";
import type { Request } from "../../dispatch/request.ts";
import type { RequestEnd } from "../../dispatch/submission.ts";
import type { RankStatistics } from "../../measure/recorder.ts";
import type { Failure } from "../../openai/failure.ts";
import { slotTextOf } from "../../openai/slot-text.ts";
import { sizeOf, type Task } from "../../openai/task.ts";
import { OnlineSchedule } from "../../schedule/online/online-schedule.ts";
import type { Call } from "./call.ts";
import { DRAINING, EXPIRED, isOfEngine, PUSHED_OUT, refusal } from "./failures.ts";
import { RunningCall, tokensOf } from "./running-call.ts";
import type { CallWatch } from "./watch.ts";

/** How a gateway hands out what is asked of it. */
export interface GatewayOptions {
	/** Which rank runs what. @default "prefix" */
	readonly policy?: "prefix" | "dynamic" | "round-robin" | undefined;
	/** Calls that may wait for a free slot. @default 128 */
	readonly maxQueue?: number | undefined;
	/** Tokens that the prompts of waiting calls may have together, estimated. @default no bound */
	readonly maxQueueTokens?: number | undefined;
	/** Hears what happens to calls. */
	readonly watch: CallWatch;
	/** Hears of bugs: what a listener threw. */
	readonly onError: (error: unknown) => void;
	/** The clock, in milliseconds. @default performance.now */
	readonly now?: () => number;
}

/** How a gateway stops. */
export interface DrainOptions {
	/** What becomes of calls that wait. */
	readonly queued: "fail" | "run";
	/** When those may try again: another server may be there then. */
	readonly retryAfterMs: number;
}

/** Work that runs where nobody else wants to, and makes room where somebody does. */
export interface BackgroundWork {
	/** A call of somebody's came in; `waits`: there is no slot for it. */
	came(call: Call, waits: boolean): void;
	/** A call has ended: there may be room. */
	ended(call: Call): void;
}

/** "loading" until a rank can serve; "draining": nothing new is taken. */
export type GatewayState = "loading" | "ready" | "draining";

/** Ranks of which nothing was heard are looked at so often; deadlines have their own time. */
const LOOK_MS = 250;

/**
 * All ranks as one server of calls: takes them or refuses them, has them run where they begin to answer first, and moves
 * them to another rank when theirs dies, until each has ended exactly once.
 */
export class Gateway {
	readonly #schedule: OnlineSchedule<Request>;
	readonly #dispatcher: Dispatcher;
	readonly #watch: CallWatch;
	readonly #now: () => number;
	readonly #calls = new Map<number, RunningCall>();
	readonly #look: ReturnType<typeof setInterval>;
	#nextId = 0;
	#ranks = 0;
	#draining = false;
	#suspects: ReadonlySet<number> = new Set();
	#background: BackgroundWork | undefined;
	#onIdle: (() => void) | undefined;
	#onLost: (reason: string) => void = () => {};
	/** Resolves with the reason when no engine is left to serve. */
	readonly lost = new Promise<string>((resolve) => {
		this.#onLost = resolve;
	});

	constructor({ policy = "prefix", maxQueue = 128, maxQueueTokens, watch, onError, now }: GatewayOptions) {
		this.#now = now ?? (() => performance.now());
		this.#watch = watch;
		this.#schedule = new OnlineSchedule<Request>({
			...{ policy, maxQueue, maxQueueTokens, now: this.#now },
			textOf: ({ task }) => slotTextOf(task),
		});
		this.#dispatcher = new Dispatcher({
			schedule: this.#schedule,
			onError,
			onHeard: (rank, event) => this.#heard(rank, event),
		});
		this.#look = setInterval(() => this.#lookAround(), LOOK_MS);
	}

	get state(): GatewayState {
		if (this.#draining) return "draining";
		return this.#ranks === 0 ? "loading" : "ready";
	}

	/** Slots that are free, less the calls that wait for one: below 0 where some have to wait. */
	get room(): number {
		return this.#schedule.room;
	}

	/** Has one piece of work hear of calls, or none. */
	set background(work: BackgroundWork | undefined) {
		this.#background = work;
	}

	/** What the ranks and their slots do. */
	snapshot(): ReturnType<OnlineSchedule<Request>["snapshot"]> {
		return this.#schedule.snapshot();
	}

	/** A rank serves from now on. */
	join(replica: Replica): void {
		this.#ranks += 1;
		this.#dispatcher.join(replica);
	}

	/**
	 * Takes a call, which ends exactly once; one that is refused ends soon.
	 *
	 * @returns Gives it up: its slot is freed at once.
	 */
	submit(call: Call): () => void {
		const id = this.#nextId++;
		const running = new RunningCall(id, call, this.#now);
		this.#calls.set(id, running);
		const request = requestOf(running, call.task);
		const admission = this.#draining ? undefined : this.#schedule.admit(request);
		if (admission?.admitted !== true) {
			const [failure, retryAfterMs] =
				admission === undefined ? [DRAINING] : [refusal(admission.reason), admission.retryAfterMs];
			queueMicrotask(() => this.#end(running, { rank: null, failure }, retryAfterMs));
			return () => {};
		}
		for (const { id: other } of admission.evicted ?? [])
			this.#give(other, PUSHED_OUT, this.#schedule.sendAway());
		this.#dispatch(running, request);
		this.#background?.came(call, this.room < 0);
		return () => this.#dispatcher.cancel(id);
	}

	/**
	 * Takes no more calls. Those that wait end as failures, unless they are to run too.
	 *
	 * @returns Resolves when no call is open.
	 */
	drain({ queued, retryAfterMs }: DrainOptions): Promise<void> {
		this.#draining = true;
		if (queued === "fail")
			for (const { id, rank } of this.#calls.values())
				if (rank === undefined) this.#give(id, DRAINING, retryAfterMs);
		if (this.#calls.size === 0) return Promise.resolve();
		return new Promise((resolve) => {
			this.#onIdle = resolve;
		});
	}

	/** Ends what has not ended, and stops the ranks. */
	async close(): Promise<Map<number, RankStatistics | undefined>> {
		this.#draining = true;
		clearInterval(this.#look);
		for (const id of this.#calls.keys()) this.#dispatcher.cancel(id, DRAINING);
		return await this.#dispatcher.close();
	}

	#dispatch(running: RunningCall, request: Request): void {
		const { call } = running;
		this.#dispatcher.submit(request, {
			onAssigned: (rank) => {
				running.assigned(rank);
				this.#watch.assigned(call, rank);
				call.onAssigned?.();
			},
			onEnd: (end) => this.#ended(running, end),
			...(call.onPiece === undefined ? {} : { onPiece: (piece: Piece) => this.#piece(running, piece) }),
		});
	}

	#piece(running: RunningCall, piece: Piece): void {
		const gap = running.piece(piece);
		this.#watch.piece(running.call, running.rank ?? 0, gap, tokensOf(piece));
	}

	#ended(running: RunningCall, end: RequestEnd): Promise<void> | undefined {
		const rest = end.failure?.code === "interrupted" && !this.#stopped ? running.rest() : undefined;
		if (rest === undefined) return this.#end(running, end);
		this.#watch.continued();
		// Its arrival puts it before all that came later.
		this.#dispatch(running, requestOf(running, rest));
		return undefined;
	}

	#end(running: RunningCall, end: RequestEnd, retryAfterMs?: number): Promise<void> | undefined {
		if (!this.#calls.delete(running.id)) return undefined;
		const told = running.end(end, retryAfterMs);
		this.#watch.ended(running.call, told);
		if (this.#calls.size === 0) this.#onIdle?.();
		const taken = running.call.onEnd(told);
		this.#background?.ended(running.call);
		return taken;
	}

	/** Ends a call that waits, for a reason of the gateway's own. */
	#give(id: number, failure: Failure, retryAfterMs?: number): void {
		const running = this.#calls.get(id);
		if (running === undefined) return;
		this.#dispatcher.cancel(id, failure);
		void this.#end(running, { rank: null, failure }, retryAfterMs);
	}

	#heard(rank: number, event: WorkerEvent): void {
		this.#schedule.heard(rank);
		if (event.type === "figures") this.#watch.figures(rank, event.figures);
		else if (event.type === "down") this.#engineDied(rank);
		else if (event.type === "up") this.#watch.engineUp(rank);
		else if (event.type === "failure" && isOfEngine(event.failure)) this.#schedule.failedByEngine(rank);
	}

	/** Its calls wait from now on, until another rank has them. */
	#engineDied(rank: number): void {
		for (const running of this.#calls.values()) if (running.rank === rank) running.died();
		this.#watch.engineDied(rank);
	}

	#lookAround(): void {
		for (const { id } of this.#schedule.expire()) this.#give(id, EXPIRED, undefined);
		const now = this.#now();
		for (const { id, call } of this.#calls.values())
			if ((call.deadlineMs ?? Infinity) <= now) this.#dispatcher.cancel(id, EXPIRED);
		this.#dispatcher.reconsider();
		this.#lookForSuspects();
		const { loss } = this.#dispatcher;
		if (loss !== undefined && this.#schedule.living === 0) this.#onLost(loss);
	}

	#lookForSuspects(): void {
		const now = new Set(this.#schedule.suspects());
		const before = this.#suspects;
		this.#suspects = now;
		for (const rank of now) if (!before.has(rank)) this.#watch.suspected(rank, true);
		for (const rank of before) if (!now.has(rank)) this.#watch.suspected(rank, false);
	}

	get #stopped(): boolean {
		return this.#draining && this.#calls.size === 0;
	}
}

/** What the schedule needs to know of a call, or of the rest of one. */
function requestOf({ id, call }: RunningCall, task: Task): Request {
	const { priority, arrivedMs, deadlineMs } = call;
	return { id, task, priority, arrivedMs, deadlineMs, ...sizeOf(task) };
}
