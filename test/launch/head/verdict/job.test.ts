import test from "ava";
import { DESERT_MS, Job } from "../../../../launch/head/verdict/job.ts";
import { newRecord } from "../../../../launch/head/verdict/rank-record.ts";
import { BROKEN_MS, SETTLE_MS } from "../../../../launch/head/verdict/verdict.ts";
import type { AgentToRank, RankToAgent } from "../../../../src/control/messages.ts";
import { manualClock } from "../../../support/manual-clock.ts";

/** A job of these many ranks on a clock that only the test moves; rank r is on host "a" if r is even, else on "b". */
function jobOf(size: number, { continues = false } = {}) {
	const clock = manualClock();
	const told: [number, AgentToRank][] = [];
	const reports: string[] = [];
	const signals: string[] = [];
	let overs = 0;
	const records = Array.from({ length: size }, (_, rank) =>
		newRecord({ rank, host: rank % 2 === 0 ? "a" : "b", node: rank % 2 }),
	);
	const job = new Job(records, {
		...{ continues, clock },
		effects: {
			tell: (rank, message) => told.push([rank, message]),
			terminate: (signal) => signals.push(signal),
			report: (text) => reports.push(text),
			note: () => {},
			over: () => overs++,
		},
	});
	const say = (rank: number, message: RankToAgent) => job.receive({ type: "said", rank, message });
	const hello = (rank: number) =>
		say(rank, { type: "hello", rank, pid: 100 + rank, version: "1", endpoint: {} });
	const exit = (rank: number, code: number | null, signal: string | null = null) =>
		job.receive({ type: "exited", rank, code, signal, atMs: clock.now(), outOfMemory: false });
	const drain = (rank: number) => job.receive({ type: "drained", rank });
	const launch = (rank: number) => job.receive({ type: "launched", rank, pid: 100 + rank });
	for (let rank = 0; rank < size; rank++) launch(rank);
	/** Messages of one type, and to whom they went. */
	const toldRanks = (type: AgentToRank["type"]) =>
		told.filter(([, message]) => message.type === type).map(([rank]) => rank);
	return {
		...{ job, clock, told, toldRanks, reports, signals, say, hello, exit, drain },
		get overs() {
			return overs;
		},
	};
}

/** The same, all ranks of which have joined. */
function runningJobOf(size: number, options: { readonly continues?: boolean } = {}) {
	const running = jobOf(size, options);
	for (let rank = 0; rank < size; rank++) running.hello(rank);
	return running;
}

test("Job tells all ranks to start once the last has joined", (t) => {
	const { hello, toldRanks } = jobOf(3);
	hello(2);
	hello(0);
	t.deepEqual(toldRanks("start"), []);
	hello(1);
	t.deepEqual(toldRanks("start"), [0, 1, 2]);
});

test("Job lets ranks end once all have finalized, and is over with 0 once all output is there", (t) => {
	const running = runningJobOf(2);
	const { job, say, exit, drain, toldRanks } = running;
	say(0, { type: "finalize", sent: [] });
	t.deepEqual(toldRanks("finalized"), []);
	say(1, { type: "finalize", sent: [] });
	t.deepEqual(toldRanks("finalized"), [0, 1]);
	for (const rank of [0, 1]) exit(rank, 0);
	drain(0);
	t.is(running.overs, 0);
	drain(1);
	t.is(running.overs, 1);
	t.is(job.exitCode, 0);
	t.deepEqual(running.signals, []);
});

test("Job names a failure and ends the ranks when its cause has had the time to show itself", (t) => {
	const { job, clock, exit, reports, signals } = runningJobOf(3);
	exit(1, 5);
	clock.pass(SETTLE_MS - 1);
	t.deepEqual([reports, signals, job.ending], [[], [], false]);
	clock.pass(1);
	t.deepEqual(reports, ["rank 1 (host b, pid 101) exited with code 5"]);
	t.deepEqual(signals, ["SIGTERM"]);
	t.is(job.exitCode, 5);
	t.true(job.ending);
});

test("Job names a death by signal that follows at once on another rank's failure", (t) => {
	const { job, clock, exit, reports } = runningJobOf(3);
	exit(0, 1);
	clock.pass(15);
	exit(2, null, "SIGSEGV");
	clock.pass(SETTLE_MS);
	t.deepEqual(reports, ["rank 2 (host a, pid 102) was killed by SIGSEGV"]);
	t.is(job.exitCode, 139);
});

test("Job names the rank whose end made another abort", (t) => {
	const { job, clock, say, exit, reports } = runningJobOf(2);
	exit(1, null, "SIGKILL");
	clock.pass(1);
	say(0, { type: "abort", code: 9, reason: "no answer" });
	clock.pass(SETTLE_MS);
	t.deepEqual(reports, ["rank 1 (host b, pid 101) was killed by SIGKILL"]);
	t.is(job.exitCode, 137);
});

test("Job keeps the first reason of an end, whatever follows from it", (t) => {
	const running = runningJobOf(2);
	const { job, clock, exit, drain, reports, signals } = running;
	job.end(130, { text: "SIGINT: ending all ranks", signal: "SIGINT" });
	job.end(1, { text: "a consequence" });
	for (const rank of [0, 1]) exit(rank, null, "SIGINT");
	clock.pass(10 * SETTLE_MS);
	for (const rank of [0, 1]) drain(rank);
	t.deepEqual(reports, ["SIGINT: ending all ranks"]);
	t.deepEqual(signals, ["SIGINT", "SIGTERM"]);
	t.is(job.exitCode, 130);
	t.is(running.overs, 1);
});

test("Job that ends before a rank was started does not wait for it", (t) => {
	const clock = manualClock();
	let over = false;
	const effects = {
		...{ tell: () => {}, terminate: () => {}, report: () => {}, note: () => {} },
		over: () => {
			over = true;
		},
	};
	const job = new Job([newRecord({ rank: 0, host: "a", node: 0 })], { effects, continues: false, clock });
	job.receive({ type: "refused", text: "Cannot find the program x", exitCode: 127 });
	t.true(over);
	t.is(job.exitCode, 127);
});

test("Job judges at once when all ranks have ended", (t) => {
	const running = runningJobOf(2);
	for (const rank of [0, 1]) running.exit(rank, 3);
	for (const rank of [0, 1]) running.drain(rank);
	t.is(running.overs, 1);
	t.is(running.job.exitCode, 3);
	running.clock.pass(10 * BROKEN_MS);
	t.is(running.reports.length, 1);
});

test("Job counts a rank as gone that has closed its connection and does not exit", (t) => {
	const { job, clock, reports } = runningJobOf(2);
	job.receive({ type: "parted", rank: 1, atMs: clock.now() });
	clock.pass(DESERT_MS - 1);
	t.deepEqual(reports, []);
	clock.pass(1 + SETTLE_MS);
	t.deepEqual(reports, [
		"rank 1 (host b, pid 101) closed its connection to the job without finalize while 1 rank still needed it",
	]);
});

test("Job takes the exit of a rank, not the end of its connection, if it comes in time", (t) => {
	const { job, clock, exit } = runningJobOf(2);
	job.receive({ type: "parted", rank: 1, atMs: clock.now() });
	clock.pass(DESERT_MS - 1);
	exit(1, 8);
	clock.pass(SETTLE_MS);
	t.is(job.exitCode, 8);
});

const broken = { type: "broken", rank: 1, text: "ECONNRESET" } as const;

test("Job ends for a connection of two ranks that breaks, if neither of them ends", (t) => {
	const { job, clock, say, reports } = runningJobOf(2);
	say(0, broken);
	clock.pass(BROKEN_MS - 1);
	t.false(job.ending);
	clock.pass(1);
	t.deepEqual(reports, [
		"rank 0 (host a, pid 100) has lost its connection to rank 1 (host b, pid 101): ECONNRESET",
	]);
	t.is(job.exitCode, 1);
});

test("Job explains a broken connection by the loss of a host, with one line for all of its ranks", (t) => {
	const running = runningJobOf(4);
	const { job, clock, say, reports } = running;
	say(0, broken);
	clock.pass(BROKEN_MS - 200);
	job.receive({ type: "lost", node: 1, text: "nothing has been heard of it for 8 s", atMs: clock.now() });
	clock.pass(SETTLE_MS);
	t.deepEqual(reports, ["host b is lost, with ranks 1, 3: nothing has been heard of it for 8 s"]);
	clock.pass(BROKEN_MS);
	t.is(reports.length, 1);
	t.is(job.exitCode, 1);
	for (const rank of [0, 2]) running.drain(rank);
	t.is(running.overs, 1, "the ranks of a lost host are not waited for");
});

test("Job says at once that a host is lost while the ranks are being ended", (t) => {
	const { job, reports } = runningJobOf(2);
	job.end(143);
	job.receive({ type: "lost", node: 1, text: "its agent has ended", atMs: 0 });
	t.deepEqual(reports, ["host b is lost, with rank 1: its agent has ended"]);
	t.is(job.exitCode, 143);
});

test("Job with --on-failure continue tells the others of a failure, and ends with the first exit code", (t) => {
	const running = runningJobOf(3, { continues: true });
	const { job, clock, say, exit, drain, told, reports, signals } = running;
	say(1, { type: "leaving", code: 6, operations: [], sent: [[0, 4]] });
	exit(1, 6);
	t.deepEqual(
		told.filter(([, { type }]) => type === "left"),
		[0, 2].map((to) => [
			to,
			{
				...{ type: "left", rank: 1, failed: true, sent: to === 0 ? 4 : 0 },
				cause: { exitCode: 6, text: "exited with code 6" },
			},
		]),
	);
	clock.pass(SETTLE_MS);
	t.deepEqual([reports.length, signals, job.ending], [1, [], false]);
	for (const rank of [0, 2]) say(rank, { type: "finalize", sent: [] });
	for (const rank of [0, 2]) exit(rank, 0);
	for (const rank of [0, 1, 2]) drain(rank);
	t.is(running.overs, 1);
	t.is(job.exitCode, 6);
});

test("Job with --on-failure continue ends all the same if a rank fails before it has joined", (t) => {
	const { job, clock, hello, exit, signals } = jobOf(3, { continues: true });
	hello(0);
	exit(1, 2);
	clock.pass(SETTLE_MS);
	t.deepEqual(signals, ["SIGTERM"]);
	t.is(job.exitCode, 2);
});

test("Job with --on-failure continue ends for an abort", (t) => {
	const { job, clock, say, signals } = runningJobOf(2, { continues: true });
	say(0, { type: "abort", code: 4, reason: "" });
	clock.pass(SETTLE_MS);
	t.deepEqual(signals, ["SIGTERM"]);
	t.is(job.exitCode, 4);
});

test("Job does not tell ranks of a failure that ends them", (t) => {
	const { exit, toldRanks } = runningJobOf(2);
	exit(1, 1);
	t.deepEqual(toldRanks("left"), []);
});

test("Job ends where two processes join as one rank, or where ranks call different collectives", (t) => {
	const twice = runningJobOf(2);
	twice.job.receive({ type: "joined-twice", rank: 0, pid: 7 });
	t.deepEqual(twice.reports, [
		"rank 0 (host a, pid 100): a second process (pid 7) tried to join as the same rank",
	]);
	const differ = runningJobOf(2);
	differ.say(1, { type: "mismatch", text: "Ranks call different collectives" });
	t.deepEqual(differ.reports, ["Ranks call different collectives"]);
	t.deepEqual([twice.job.exitCode, differ.job.exitCode], [1, 1]);
});

test("Job tells rank 0 alone of a signal, for the longest time that a rank has asked for", (t) => {
	const { job, told, toldRanks, say, signals } = runningJobOf(3);
	t.is(job.tellSignal("SIGTERM"), undefined);
	for (const [rank, seconds] of [
		[1, 5],
		[2, 30],
		[0, 7],
	] as const) {
		say(rank, { type: "grace", seconds });
	}
	t.deepEqual(toldRanks("graced"), [1, 2, 0]);
	t.is(job.tellSignal("SIGTERM"), 30_000);
	t.deepEqual(told.at(-1), [0, { type: "signal", signal: "SIGTERM" }]);
	t.deepEqual(toldRanks("signal"), [0]);
	t.deepEqual(signals, []);
});

test("Job has nobody to tell of a signal when rank 0 has finalized or the ranks are being ended", (t) => {
	for (const how of ["finalized", "ending"] as const) {
		const { job, toldRanks, say } = runningJobOf(2);
		say(1, { type: "grace", seconds: 30 });
		if (how === "finalized") say(0, { type: "finalize", sent: [] });
		else job.end(1);
		t.is(job.tellSignal("SIGINT"), undefined, how);
		t.deepEqual(toldRanks("signal"), []);
	}
});
