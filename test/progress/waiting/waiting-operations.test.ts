import test from "ava";
import { Wait } from "../../../src/progress/waiting/wait.ts";
import {
	type WaitingOperation,
	WaitingOperations,
} from "../../../src/progress/waiting/waiting-operations.ts";

function send(peer: number, tag: number): WaitingOperation {
	const wait = new Wait(() => undefined);
	const detail = "not received yet";
	const since = performance.now();
	return {
		operation: "send",
		communicator: "world",
		peers: [peer],
		tag,
		abortable: false,
		detail,
		wait,
		since,
	};
}

test("report() names one of many operations that are alike, and their number", (t) => {
	const pending = new WaitingOperations(() => undefined);
	for (let count = 0; count < 5000; count++) pending.begin(send(1, 7));
	pending.begin(send(2, 7));
	const rows = pending.report().map(({ peers, tag, detail }) => ({ peers, tag, detail }));
	t.deepEqual(rows, [
		{ peers: [1], tag: 7, detail: "not received yet, and 4999 more like it" },
		{ peers: [2], tag: 7, detail: "not received yet" },
	]);
});

test("report() stays short when every tag differs, and leaves out nobody who is waited for", (t) => {
	const pending = new WaitingOperations(() => undefined);
	for (let tag = 0; tag < 5000; tag++) pending.begin(send(1, tag));
	for (let peer = 2; peer < 8; peer++) pending.begin(send(peer, 1));
	const report = pending.report();
	t.true(report.length < 120, `${report.length} rows`);
	t.deepEqual([...new Set(report.flatMap(({ peers }) => peers))], [1, 2, 3, 4, 5, 6, 7]);
});

test("located() asks only those for their caller that it reports", async (t) => {
	const pending = new WaitingOperations(() => undefined);
	const operations = Array.from({ length: 50 }, () => send(1, 7));
	for (const operation of operations) pending.begin(operation);
	const awaiting = operations.map(({ wait }) => (wait as Wait<unknown>).done());
	await pending.located();
	t.deepEqual(operations.map(({ wait }) => wait.stack !== undefined).filter(Boolean), [true]);
	for (const { wait } of operations) (wait as Wait<unknown>).resolve(undefined);
	await Promise.all(awaiting);
});
