import test, { type ExecutionContext } from "ava";
import { type Departure, Departures } from "../../../src/progress/faults/departures.ts";

const cause = { text: "was killed by SIGKILL", signal: "SIGKILL" };
const failure = (rank: number): Departure => ({ rank, cause, failed: true });
const end = (rank: number): Departure => ({ rank, cause: { text: "has ended" }, failed: false });

interface Heard {
	readonly departures: Departures;
	/** Ranks whose departure has taken effect. */
	readonly gone: number[];
	/** Resolves with the next one. */
	readonly next: () => Promise<number>;
}

function listen(t: ExecutionContext): Heard {
	const gone: number[] = [];
	let wake: ((rank: number) => void) | undefined;
	const departures = new Departures(
		({ rank }) => {
			gone.push(rank);
			wake?.(rank);
		},
		() => undefined,
	);
	const next = () =>
		new Promise<number>((resolve) => {
			wake = resolve;
			// The timer of a departure does not keep Node alive.
			const alive = setTimeout(() => t.fail("no departure within 5 s"), 5000);
			t.teardown(() => clearTimeout(alive));
		});
	return { departures, gone, next };
}

test("announce() takes effect at once when everything that the rank had sent is here", (t) => {
	const { departures, gone } = listen(t);
	t.true(departures.none);
	departures.announce(end(2), 7, 7);
	t.deepEqual(gone, [2]);
	t.deepEqual(departures.ranks, [2]);
	t.is(departures.get(2)?.failed, false);
	t.false(departures.none);
});

test("announce() waits for the last messages of a rank that ended in order, however long they take", (t) => {
	const { departures, gone } = listen(t);
	departures.announce(end(1), 3, 1);
	t.is(departures.get(1), undefined);
	// Nothing more can be sent to it all the same.
	t.is(departures.known(1)?.rank, 1);
	t.false(departures.draining);
	departures.check(1, 2);
	t.deepEqual(gone, []);
	departures.check(1, 3);
	t.deepEqual(gone, [1]);
});

test("announce() of a failed rank listens for its last messages, and gives up when none come", async (t) => {
	const { departures, gone, next } = listen(t);
	const departed = next();
	departures.announce(failure(3), 10, 4);
	t.true(departures.draining);
	t.is(departures.failure(3)?.rank, 3);
	t.is(departures.get(3), undefined);
	t.is(await departed, 3);
	t.false(departures.draining);
	t.deepEqual(gone, [3]);
});

test("a rank that ended without telling what it had sent is waited for like a failed one", async (t) => {
	const { departures, next } = listen(t);
	const departed = next();
	departures.announce(end(3), undefined, 4);
	t.true(departures.draining);
	t.is(departures.failure(3), undefined);
	t.is(await departed, 3);
});

test("only the first announcement of a rank counts", (t) => {
	const { departures, gone } = listen(t);
	departures.announce(failure(1), 5, 5);
	departures.announce(end(1), 0, 0);
	t.deepEqual(gone, [1]);
	t.true(departures.get(1)?.failed);
	departures.check(1, 9);
	departures.check(2, 9);
	t.deepEqual(gone, [1]);
});
