import test from "ava";
import { BlockedWatch } from "../../../src/progress/waiting/blocked-watch.ts";
import { Wait } from "../../../src/progress/waiting/wait.ts";
import {
	type WaitingOperation,
	WaitingOperations,
} from "../../../src/progress/waiting/waiting-operations.ts";

function operation(abortable = false): WaitingOperation {
	const wait = new Wait(() => undefined);
	return { operation: "recv", communicator: "world", peers: [1], abortable, wait, since: 0 };
}

test("BlockedWatch looks only while something waits that nothing but a message can end", (t) => {
	const pending = new WaitingOperations(() => undefined);
	const watch = new BlockedWatch(pending, () => t.fail());
	t.is(watch.onIdle(), undefined);
	const deadline = operation(true);
	pending.begin(deadline);
	t.is(watch.onIdle(), undefined);
	t.false(watch.onEmptyLoop());
});

test("BlockedWatch reports an empty event loop, and keeps Node there to look again", async (t) => {
	const pending = new WaitingOperations(() => undefined);
	let reports = 0;
	const watch = new BlockedWatch(pending, () => reports++);
	pending.begin(operation());
	const deaf = watch.onIdle();
	const immediates = () => process.getActiveResourcesInfo().filter((name) => name === "Immediate").length;
	const before = immediates();
	t.true(watch.onEmptyLoop());
	t.is(immediates(), before + 1);
	t.is(reports, 1);
	await deaf;
	// Not again at once, and an empty loop that it did not make is the program's end.
	t.is(watch.onIdle(), undefined);
	t.false(watch.onEmptyLoop());
	t.is(reports, 1);
});

test("BlockedWatch listens again by itself when the event loop is not empty", async (t) => {
	const pending = new WaitingOperations(() => undefined);
	const watch = new BlockedWatch(pending, () => t.fail());
	pending.begin(operation());
	// Its timer does not keep Node alive: the test must.
	const alive = setInterval(() => undefined, 1000);
	await watch.onIdle();
	clearInterval(alive);
	t.false(watch.onEmptyLoop());
});
