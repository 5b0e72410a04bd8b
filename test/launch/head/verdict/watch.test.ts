import test from "ava";
import { newRecord, type RankRecord } from "../../../../launch/head/verdict/rank-record.ts";
import { CONFIRM_MS, Watch } from "../../../../launch/head/verdict/watch.ts";
import type { Counts, PendingOperation } from "../../../../src/control/messages.ts";
import { manualClock } from "../../../support/manual-clock.ts";

const recv = (peer: number): PendingOperation => ({
	...{ operation: "recv", peers: [peer], tag: 7, communicator: "world", sinceMs: 1500, at: "a.js:3" },
});

/** A watch over two ranks that have joined, on a clock that only the test moves. */
function watchTwo() {
	const clock = manualClock();
	const queries: { rank: number; query: number }[] = [];
	const reports: string[] = [];
	const records = [0, 1].map((rank): RankRecord => {
		return { ...newRecord({ rank, host: "a", node: 0 }), peer: { host: "a", node: 0, endpoint: {} } };
	});
	const watch = new Watch(records, {
		clock,
		tell: (rank, message) => {
			if (message.type === "query") queries.push({ rank, query: message.query });
		},
		deadlocked: (report) => reports.push(report),
	});
	const blocked = (rank: number, sent: Counts = []) =>
		watch.blocked(rank, {
			...{ type: "blocked", operations: [recv(1 - rank)], sent, received: [], gone: [] },
		});
	/** Answers the open questions; resolves when the watch has made up its mind. */
	const answer = async (
		operations: (rank: number) => readonly PendingOperation[] = (rank) => [recv(1 - rank)],
	) => {
		for (const { rank, query } of queries.splice(0)) watch.answered(rank, query, operations(rank));
		await settled();
	};
	return { watch, clock, queries, reports, records, blocked, answer };
}

/** All that a microtask can still do has been done. */
const settled = () => new Promise((resolve) => setImmediate(resolve));

test("Watch asks again before it says that all wait for ever", async (t) => {
	const { queries, reports, blocked, answer } = watchTwo();
	blocked(0);
	t.deepEqual(queries, []);
	blocked(1);
	t.deepEqual(
		queries.map(({ rank }) => rank),
		[0, 1],
	);
	t.deepEqual(reports, []);
	await answer();
	t.is(reports.length, 1);
	t.regex(reports[0] ?? "", / 0 +recv +rank 1 +7 .*\n +1 +recv +rank 0 +7 /);
	t.regex(reports[0] ?? "", /\n {2}rank 0 waits for rank 1, rank 1 waits for rank 0\n$/);
});

test("Watch believes a rank that has gone on since its report", async (t) => {
	const { watch, reports, blocked, queries, answer } = watchTwo();
	blocked(0);
	blocked(1);
	watch.moved(1);
	await answer();
	t.deepEqual(reports, []);
	blocked(1);
	t.is(queries.length, 2, "it is asked anew");
	await answer();
	t.is(reports.length, 1);
});

test("Watch does not blame ranks while a message is on its way", (t) => {
	const { queries, blocked } = watchTwo();
	blocked(0);
	blocked(1, [[0, 1]]);
	t.deepEqual(queries, []);
});

test("Watch does not blame a rank that says it waits for nothing, or that does not answer in time", async (t) => {
	const idle = watchTwo();
	for (const rank of [0, 1]) idle.blocked(rank);
	await idle.answer((rank) => (rank === 0 ? [] : [recv(0)]));
	t.deepEqual(idle.reports, []);
	const silent = watchTwo();
	for (const rank of [0, 1]) silent.blocked(rank);
	silent.clock.pass(CONFIRM_MS);
	await settled();
	t.deepEqual(silent.reports, []);
});

test("table() says what each rank does: waits, has left, or does not answer", async (t) => {
	const { watch, clock, queries, records } = watchTwo();
	const table = watch.table(500);
	const [first] = queries;
	watch.answered(0, first?.query ?? -1, [recv(1)]);
	clock.pass(500);
	t.regex(await table, / 0 +recv +rank 1 .*\n +1 +does not answer: it computes or is stopped\n$/);
	const [, other] = records;
	if (other !== undefined) other.exit = { code: 0, signal: null, atMs: 0, outOfMemory: false };
	const later = watch.table(500);
	clock.pass(500);
	t.regex(await later, / 1 +has left\n$/);
});

test("table() asks nobody where nobody has joined", async (t) => {
	const { watch, records, queries } = watchTwo();
	for (const record of records) record.peer = undefined;
	t.regex(await watch.table(500), / 0 +has not started\n +1 +has not started\n$/);
	t.deepEqual(queries, []);
});
