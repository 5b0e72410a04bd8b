import { setTimeout as delay } from "node:timers/promises";
import test from "ava";
import { runLoop } from "../../../src/llama/load/loops.ts";
import { shareOf } from "../../../src/llama/load/shares.ts";

const NEVER = Number.POSITIVE_INFINITY;

function numbers(count: number): Iterator<number, void> {
	return Array.from({ length: count }, (_, index) => index)[Symbol.iterator]() as Iterator<number, void>;
}

test("a closed loop runs as many at a time as it has lanes, and each once", async (t) => {
	let running = 0;
	let most = 0;
	const seen: number[] = [];
	await runLoop({
		...{
			lanes: 3,
			sessions: numbers(20),
			dueAt: undefined,
			untilMs: NEVER,
			signal: new AbortController().signal,
		},
		run: async (session) => {
			seen.push(session);
			running += 1;
			most = Math.max(most, running);
			await delay(1);
			running -= 1;
		},
	});
	t.is(most, 3);
	t.deepEqual(
		seen.toSorted((a, b) => a - b),
		[...Array(20).keys()],
	);
});

test("an open loop starts what is due though nothing ends, and nothing early", async (t) => {
	const begin = performance.now();
	const started: number[] = [];
	let end: (() => void) | undefined;
	const ends = new Promise<void>((resolve) => {
		end = resolve;
	});
	await runLoop({
		...{ lanes: NEVER, sessions: numbers(5), untilMs: NEVER, signal: new AbortController().signal },
		dueAt: (session) => begin + 10 * session,
		run: async (_, dueMs = 0) => {
			started.push(performance.now() - dueMs);
			if (started.length === 5) end?.();
			await ends;
		},
	});
	t.is(started.length, 5);
	t.true(
		started.every((late) => late >= -0.001),
		`${started}`,
	);
});

test("what is due while all lanes are taken is sent late, with the time at which it was due", async (t) => {
	const begin = performance.now();
	const waits: number[] = [];
	await runLoop({
		...{ lanes: 1, sessions: numbers(4), untilMs: begin + 5, signal: new AbortController().signal },
		dueAt: (session) => begin + session,
		run: async (_, dueMs = 0) => {
			await delay(30);
			waits.push(performance.now() - dueMs);
		},
	});
	// All four were due before the end: none of them is left out.
	t.is(waits.length, 4);
	t.true((waits[3] ?? 0) >= 4 * 29 - 3, `${waits}`);
});

test("after its time a loop starts nothing, and lets run what runs", async (t) => {
	let ended = 0;
	await runLoop({
		...{ lanes: 2, sessions: numbers(1000), dueAt: undefined, signal: new AbortController().signal },
		untilMs: performance.now() + 30,
		run: async () => {
			await delay(20);
			ended += 1;
		},
	});
	t.true(ended >= 2 && ended < 20, `${ended}`);
});

test("an abort ends the wait for what is due", async (t) => {
	const controller = new AbortController();
	const begin = performance.now();
	const loop = runLoop({
		...{ lanes: 1, sessions: numbers(1), dueAt: () => begin + 1e9, untilMs: NEVER },
		signal: controller.signal,
		run: async () => t.fail("it was not due"),
	});
	controller.abort();
	await loop;
	t.pass();
});

test("all ranks together have all sessions, each once, and as many lanes as were asked for", (t) => {
	for (const [size, concurrency, total] of [
		[2, 16, 200],
		[3, 4, 10],
		[4, 2, 7],
		[3, undefined, 8],
		[1, 5, 3],
	] as const) {
		const shares = Array.from({ length: size }, (_, rank) => shareOf({ rank, size, concurrency, total }));
		const all = shares.flatMap(({ sessions }) => [...sessions()]);
		t.deepEqual(
			all.toSorted((a, b) => a - b),
			[...Array(total).keys()],
		);
		const lanes = shares.reduce((sum, share) => sum + share.lanes, 0);
		t.is(lanes, concurrency ?? NEVER);
		for (const share of shares) if (share.lanes === 0) t.is([...share.sessions()].length, 0);
	}
});
