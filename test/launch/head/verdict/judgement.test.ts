import test from "ava";
import {
	abortCode,
	causeOf,
	firstFailure,
	SAME_MOMENT_MS,
} from "../../../../launch/head/verdict/judgement.ts";
import { newRecord, type RankRecord } from "../../../../launch/head/verdict/rank-record.ts";

/** What happened to a rank, beside its place. Ranks have joined unless they say otherwise. */
type Fate = Partial<RankRecord>;

function records(...fates: readonly Fate[]): RankRecord[] {
	return fates.map((fate, rank): RankRecord => {
		const own = newRecord({ rank, host: "a", node: 0 });
		return { ...own, peer: { host: "a", node: 0, endpoint: {} }, ...fate };
	});
}

const exited = (code: number, atMs = 0): Fate => ({ exit: { code, signal: null, atMs, outOfMemory: false } });
const killed = (signal: string, atMs = 0, outOfMemory = false): Fate => ({
	exit: { code: null, signal, atMs, outOfMemory },
});
const aborted = (code: number, reason = "", atMs = 0): Fate => ({ abort: { code, reason, atMs } });
const lost = (atMs = 0): Fate => ({ lost: { text: "nothing has been heard of it", atMs } });
const waiting = { operation: "recv", peers: [1], tag: 5, communicator: "world", sinceMs: 10 };

/** The rank, exit code and text of the failure that counts. */
const JUDGEMENTS: readonly (readonly [
	string,
	readonly Fate[],
	readonly [number, number, string] | undefined,
])[] = [
	["nobody has left", [{}, {}], undefined],
	["all have finalized and exited 0", [{ finalized: true, ...exited(0) }, { finalized: true }], undefined],
	["a rank exits 5", [{}, exited(5)], [1, 5, "exited with code 5"]],
	["a finalized rank exits 4", [{}, { finalized: true, ...exited(4) }], [1, 4, "exited with code 4"]],
	["SIGKILL", [killed("SIGKILL"), {}], [0, 137, "was killed by SIGKILL"]],
	["SIGSEGV", [killed("SIGSEGV"), {}], [0, 139, "was killed by SIGSEGV"]],
	[
		"the OOM killer was at work",
		[killed("SIGKILL", 0, true)],
		[0, 137, "was killed by SIGKILL (the kernel's OOM killer was at work: out of memory?)"],
	],
	[
		"a rank exits 0 and one needs it",
		[exited(0), {}],
		[0, 1, "exited with code 0 without finalize while 1 rank still needed it"],
	],
	[
		"a rank exits 0 and two need it",
		[{}, exited(0), {}],
		[1, 1, "exited with code 0 without finalize while 2 ranks still needed it"],
	],
	["a rank exits 0 and nobody needs it", [exited(0), { finalized: true }], undefined],
	[
		"a rank exits 0 before joining while one waits",
		[{ peer: undefined, ...exited(0) }, {}],
		[0, 1, "exited before joining the job while 1 rank waits for it"],
	],
	[
		"a rank exits 3 before joining while two wait",
		[{ peer: undefined, ...exited(3) }, {}, {}],
		[0, 3, "exited with code 3 before joining the job while 2 ranks wait for it"],
	],
	["no rank joins, all exit 0", [0, 1].map(() => ({ peer: undefined, ...exited(0) })), undefined],
	["abort with a reason", [{}, aborted(7, "had enough")], [1, 7, "called abort(7): had enough"]],
	["abort(0)", [aborted(0)], [0, 1, "called abort(0)"]],
	[
		"abort, and the exit that follows",
		[{ ...aborted(7, "", 5), ...exited(9, 6) }],
		[0, 7, "called abort(7)"],
	],
	["a host is lost", [{}, lost()], [1, 1, "nothing has been heard of it"]],
	["a rank exits, then its host is lost", [{ ...exited(6), ...lost(50) }], [0, 6, "exited with code 6"]],
	[
		"a rank that left says what it waited in, and who called exit",
		[{ ...exited(9), lastOperations: [waiting], exitCalledAt: "prog.js:7" }, {}],
		[
			0,
			9,
			"exited with code 9; it was waiting in recv with rank 1, tag 5; process.exit was called at prog.js:7",
		],
	],
	[
		"a rank closes its connection and lives on",
		[{ deserted: true, partedAtMs: 3 }, {}],
		[0, 1, "closed its connection to the job without finalize while 1 rank still needed it"],
	],
	["a failure that has been reported", [{ ...exited(5), reported: true }, {}], undefined],
];

for (const [what, fates, expected] of JUDGEMENTS) {
	test(`firstFailure(): ${what}`, (t) => {
		const failure = firstFailure(records(...fates));
		t.deepEqual(failure && [failure.record.rank, failure.exitCode, failure.text], expected);
	});
}

/** The rank whose failure counts, by the times at which ranks left. */
const ORDERS: readonly (readonly [string, readonly Fate[], number])[] = [
	["the earliest", [exited(1, 30), exited(2, 10), exited(3, 20)], 1],
	[
		"the earliest, counted from the end of its connection",
		[exited(1, 20), { partedAtMs: 10, ...exited(2, 40) }],
		1,
	],
	["a death by signal in the same moment", [exited(1, 0), killed("SIGSEGV", SAME_MOMENT_MS)], 1],
	["not a death by signal that comes later", [exited(1, 0), killed("SIGSEGV", SAME_MOMENT_MS + 1)], 0],
	["the earlier of two deaths by signal", [exited(1, 0), killed("SIGBUS", 12), killed("SIGSEGV", 8)], 2],
	["the first rank, where the times are equal", [exited(1, 0), exited(2, 0)], 0],
	["an abort by its time", [exited(1, 30), aborted(2, "", 5)], 1],
];

for (const [what, fates, rank] of ORDERS) {
	test(`firstFailure() names ${what}`, (t) => {
		t.is(firstFailure(records(...fates))?.record.rank, rank);
	});
}

test("causeOf() tells the others why a rank is gone", (t) => {
	const cause = (fate: Fate) => records(fate).map(causeOf)[0];
	t.deepEqual(cause(exited(3)), { exitCode: 3, text: "exited with code 3" });
	t.deepEqual(cause(killed("SIGTERM")), { signal: "SIGTERM", text: "was killed by SIGTERM" });
	t.deepEqual(cause(lost()), { text: "was lost with host a: nothing has been heard of it" });
	t.deepEqual(cause({ deserted: true }), { text: "closed its connection to the job" });
});

test("abortCode() is never 0, and at most 255", (t) => {
	const codes = [0, 1, 255, 256, -1, 1.5, Number.NaN].map(abortCode);
	t.deepEqual(codes, [1, 1, 255, 255, 255, 255, 255]);
});
