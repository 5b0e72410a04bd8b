import { pause } from "../engine/http/retry.ts";

/** When sessions start. */
export interface LoopOptions {
	/** Sessions that run at a time; may be infinity. */
	readonly lanes: number;
	/** The numbers of the sessions. */
	readonly sessions: Iterator<number, void>;
	/** When a session is due, in milliseconds on this process's clock; undefined: when a lane is free. */
	readonly dueAt: ((session: number) => number) | undefined;
	/** None is due after this time on this process's clock; may be infinity. */
	readonly untilMs: number;
	/** An abort starts no more. */
	readonly signal: AbortSignal;
	/** Runs a session to its end. */
	readonly run: (session: number, dueMs: number | undefined) => Promise<void>;
}

interface Due {
	readonly session: number;
	readonly dueMs: number | undefined;
}

/** Starts each session when it is due and a lane is free, and resolves when all have ended. */
export async function runLoop(options: LoopOptions): Promise<void> {
	const { lanes, run } = options;
	if (lanes === Number.POSITIVE_INFINITY) {
		const running = new Set<Promise<void>>();
		for (let next = await nextDue(options); next !== undefined; next = await nextDue(options)) {
			const ended = run(next.session, next.dueMs).finally(() => running.delete(ended));
			running.add(ended);
		}
		await Promise.all(running);
		return;
	}
	await Promise.all(Array.from({ length: lanes }, () => runLane(options)));
}

/** One session after the other. What is due while all lanes are taken is sent late, not left out. */
async function runLane(options: LoopOptions): Promise<void> {
	for (let next = await nextDue(options); next !== undefined; next = await nextDue(options)) {
		await options.run(next.session, next.dueMs);
	}
}

/** Takes the next session and waits until it is due; undefined if no more is to start. */
async function nextDue({ sessions, dueAt, untilMs, signal }: LoopOptions): Promise<Due | undefined> {
	if (signal.aborted) return undefined;
	if (dueAt === undefined && performance.now() > untilMs) return undefined;
	const { value: session, done } = sessions.next();
	if (done === true || session === undefined) return undefined;
	const dueMs = dueAt?.(session);
	if (dueMs === undefined) return { session, dueMs };
	if (dueMs > untilMs) return undefined;
	await until(dueMs, signal);
	return signal.aborted ? undefined : { session, dueMs };
}

/** Longest wait of one timer. */
const LONGEST_MS = 2 ** 31 - 1;

/** Waits for a point in time, or an abort. */
async function until(atMs: number, signal: AbortSignal): Promise<void> {
	for (;;) {
		const waitMs = atMs - performance.now();
		if (waitMs <= 0 || signal.aborted) return;
		await pause(Math.min(waitMs, LONGEST_MS), signal).catch(() => {});
	}
}
