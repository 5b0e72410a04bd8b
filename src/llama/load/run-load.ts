import { setMaxListeners } from "node:events";
import { checkArgument, checkOptions, type Kinds, MPI, objectWith, SIGNAL } from "../../base/check-types.ts";
import type { Comm, Mpi } from "../../index.ts";
import { startRecording } from "../measure/measure.ts";
import { type RankStatistics, Recorder } from "../measure/recorder.ts";
import { arrivalTimes } from "../schedule/arrivals.ts";
import { type Remarks, type RunOptions, runRequest } from "./client/run-request.ts";
import { runLoop } from "./loops.ts";
import { type LoadPlan, workloadOf } from "./plan.ts";
import { concurrencyOf, remarksText } from "./report.ts";
import { serverInfo } from "./server.ts";
import { shareOf } from "./shares.ts";
import type { Workload } from "./workload/workload.ts";

/** How to run a load. */
export interface RunLoadOptions {
	/** An abort ends it: what had not ended is not counted. @default runs to the end */
	readonly signal?: AbortSignal | undefined;
}

const KINDS: Kinds<RunLoadOptions> = { signal: SIGNAL };
const PLAN = objectWith("what planLoad() resolves to", "options", "server");

/** What a load came to, on rank 0. */
export interface LoadOutcome {
	/** Of each rank, by rank. */
	readonly statistics: readonly RankStatistics[];
	/** The reason of the abort, if it is a text. Undefined for a whole run. */
	readonly interrupted?: string;
}

/**
 * Sends the requests of a plan, each rank its part, and measures them. Collective.
 *
 * @param plan The same on every rank.
 * @returns what all ranks measured on rank 0, undefined elsewhere.
 * @throws {ArgumentError} ERR_ARG: an option is unknown, or a value has the wrong type.
 */
export async function runLoad(
	mpi: Pick<Mpi, "world" | "hostname">,
	plan: LoadPlan,
	options: RunLoadOptions = {},
): Promise<LoadOutcome | undefined> {
	checkArgument("run a load", "mpi", mpi, MPI);
	checkArgument("run a load", "plan", plan, PLAN);
	checkOptions("run a load", options, KINDS);
	const { world } = mpi;
	const { signal } = options;
	// Of its own, since every request and every wait listens to it.
	const stopped = new AbortController();
	setMaxListeners(0, stopped.signal);
	const stop = () => stopped.abort(signal?.reason);
	if (signal?.aborted) stop();
	signal?.addEventListener("abort", stop, { once: true });
	const { slo, html, trace, stream } = plan.options;
	const rank = new LoadRank(world, plan, stopped.signal);
	await rank.warmUp();
	const timeline = html !== undefined || trace !== undefined;
	const recording = await startRecording(mpi, { slo, timeline, streamed: stream });
	// All begin at one time, that of rank 0 once everybody is here.
	await world.barrier();
	const beginMs = await world.bcast(world.rank === 0 ? performance.now() : undefined);
	const remarks = await rank.run(recording.recorder, beginMs ?? 0, recording.offsetMs);
	signal?.removeEventListener("abort", stop);
	const info = serverInfo(plan.server, remarksText(remarks));
	const statistics = await world.gather(await recording.stop(info));
	if (statistics === undefined) return undefined;
	const { aborted, reason } = stopped.signal;
	return { statistics, ...(aborted ? { interrupted: String(reason) } : {}) };
}

/** The part of a load that one rank has. */
class LoadRank {
	readonly #world: Comm;
	readonly #plan: LoadPlan;
	readonly #workload: Workload;
	readonly #signal: AbortSignal;
	readonly #run: RunOptions;

	constructor(world: Comm, plan: LoadPlan, signal: AbortSignal) {
		this.#world = world;
		this.#plan = plan;
		this.#workload = workloadOf(plan);
		this.#signal = signal;
		const { requestTimeout: timeoutMs, stream, retries } = plan.options;
		this.#run = { target: plan.server.target, stream, timeoutMs, retries, signal };
	}

	/** Requests that no other one is like, so that they warm up the server and not its cache of prompts. */
	async warmUp(): Promise<void> {
		const { warmup } = this.#plan.options;
		const recorder = new Recorder();
		await runLoop({
			...this.#share(warmup),
			...{ dueAt: undefined, untilMs: Number.POSITIVE_INFINITY, signal: this.#signal },
			run: async (index) => {
				const request = this.#workload.session(-1 - index).request(0, []);
				await runRequest(request, recorder, newRemarks(), { index }, this.#run);
			},
		});
	}

	async run(recorder: Recorder, beginMs: number, offsetMs: number): Promise<Remarks> {
		const { rate, burstiness, seed, duration = Number.POSITIVE_INFINITY } = this.#plan.options;
		const { sessions, turns } = this.#workload;
		const remarks = newRemarks();
		const times = rate === undefined ? undefined : arrivalTimes({ rate: rate / turns, burstiness, seed });
		await runLoop({
			...this.#share(sessions),
			dueAt: times && ((session) => beginMs - offsetMs + times(session)),
			untilMs: beginMs - offsetMs + duration,
			signal: this.#signal,
			run: (session, dueMs) =>
				this.#session(session, recorder, remarks, dueMs === undefined ? undefined : dueMs + offsetMs),
		});
		return remarks;
	}

	async #session(
		number: number,
		recorder: Recorder,
		remarks: Remarks,
		dueMs: number | undefined,
	): Promise<void> {
		const session = this.#workload.session(number);
		const answers: string[] = [];
		for (let turn = 0; turn < session.turns; turn++) {
			const label = { index: number * session.turns + turn, dueMs: turn === 0 ? dueMs : undefined };
			const request = session.request(turn, answers);
			const answer = await runRequest(request, recorder, remarks, label, this.#run);
			if (this.#signal.aborted) return;
			if (answer === undefined) {
				remarks.unsent += session.turns - turn - 1;
				return;
			}
			answers.push(answer);
		}
	}

	#share(total: number) {
		const { rank, size } = this.#world;
		const concurrency = concurrencyOf(this.#plan.options, size);
		const { lanes, sessions } = shareOf({ rank, size, concurrency, total });
		return { lanes, sessions: sessions() };
	}
}

function newRemarks(): Remarks {
	return { uncounted: 0, retried: 0, unsent: 0 };
}
