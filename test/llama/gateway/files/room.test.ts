import test from "ava";
import type { CallEnd } from "../../../../src/llama/gateway/core/call.ts";
import { settled } from "../../support/replicas.ts";
import { batchWhen, begin, line, lines, type Stage, stage, until } from "./stage.ts";

/** A client's request; resolves with how it ended. */
function ask({ gateway }: Stage, priority = 0): Promise<CallEnd> {
	return new Promise((resolve) => {
		gateway.submit({
			task: { kind: "generate", prompts: ["client"], maxTokens: 4, temperature: 0, seed: 1 },
			...{ priority, arrivedMs: performance.now() },
			label: { id: "client", kind: "/v1/chat/completions", model: "m", stream: false },
			onEnd: (end) => {
				resolve(end);
				return undefined;
			},
		});
	});
}

/** Prompts of the orders that a rank was given. */
const prompts = ({ rank }: Stage) => rank.orders.map(({ task }) => JSON.stringify(task));
const ofClient = (on: Stage) => prompts(on).findIndex((text) => text.includes('"client"'));

test("a batch has all slots while nobody else asks, and never waits in the gateway's queue", async (t) => {
	const on = await stage(t, { answers: false, slots: 4 });
	await begin(on.client, lines(10));
	await until(() => on.rank.ids.length === 4);
	await settled();
	t.is(on.gateway.snapshot().waiting, 0);
});

test("a client that finds no slot gets one at once: the youngest of the batch makes room, and ends later", async (t) => {
	const on = await stage(t, { answers: false, slots: 3 });
	const { id } = await begin(on.client, lines(5));
	await until(() => on.rank.ids.length === 3);
	const asked = ask(on);
	await settled();
	t.deepEqual(on.rank.cancels, on.rank.ids.slice(2), "the youngest");
	on.rank.tell({ type: "cancelled", id: on.rank.ids[2] ?? -1 });
	await settled();
	t.is(ofClient(on), 3, "its slot is the client's");
	on.rank.answer(on.rank.ids[3] ?? -1);
	t.truthy((await asked).answer);
	// A slot is left for the next client.
	await settled();
	t.is(on.rank.ids.length, 4);
	const next = ask(on);
	await settled();
	t.is(on.rank.ids.length, 5);
	t.is(on.rank.cancels.length, 1, "nobody had to make room");
	on.rank.answer(on.rank.ids[4] ?? -1);
	t.truthy((await next).answer);
	for (let done = 0; done < on.rank.ids.length; done++) {
		on.rank.answer(on.rank.ids[done] ?? -1);
		await settled();
	}
	const done = await batchWhen(on.client, id);
	t.deepEqual(done.request_counts, { total: 5, completed: 5, failed: 0 });
	const last = prompts(on).filter((text) => text.includes("I am r2"));
	t.is(last.length, 2, "what made room ran again");
});

test("with one slot a batch still gets on: what made room once does not again", async (t) => {
	const on = await stage(t, { answers: false, slots: 1 });
	await begin(on.client, lines(1));
	await until(() => on.rank.ids.length === 1);
	const first = ask(on);
	await settled();
	on.rank.tell({ type: "cancelled", id: on.rank.ids[0] ?? -1 });
	await settled();
	on.rank.answer(on.rank.ids[1] ?? -1);
	t.truthy((await first).answer);
	await until(() => on.rank.ids.length === 3);
	void ask(on);
	await settled();
	t.deepEqual(on.rank.cancels, on.rank.ids.slice(0, 1));
});

test("a client that is in no hurry makes nobody leave", async (t) => {
	const on = await stage(t, { answers: false, slots: 1 });
	await begin(on.client, lines(2));
	await until(() => on.rank.ids.length === 1);
	void ask(on, -10);
	await settled();
	t.deepEqual(on.rank.cancels, []);
});

test("without a queue (--max-queue 0) a batch runs, and fails nothing while clients have all slots", async (t) => {
	const on = await stage(t, { answers: false, slots: 1, maxQueue: 0 });
	const asked = ask(on);
	await settled();
	const { id } = await begin(on.client, lines(2));
	await batchWhen(on.client, id, ({ status }) => status === "in_progress");
	await settled();
	on.rank.answer(on.rank.ids[0] ?? -1);
	t.truthy((await asked).answer);
	for (let done = 1; done <= 2; done++) {
		await until(() => on.rank.ids.length > done);
		on.rank.answer(on.rank.ids[done] ?? -1);
	}
	t.deepEqual((await batchWhen(on.client, id)).request_counts, { total: 2, completed: 2, failed: 0 });
});

test("lines with a priority go first, and still behind clients", async (t) => {
	const on = await stage(t, { answers: false, slots: 1 });
	const { id } = await begin(on.client, [...lines(3), line("first", { priority: 50 })]);
	await until(() => on.rank.ids.length === 1);
	void ask(on);
	await settled();
	on.rank.tell({ type: "cancelled", id: on.rank.ids[0] ?? -1 });
	for (let done = 1; done <= 5; done++) {
		await until(() => on.rank.ids.length > done);
		on.rank.answer(on.rank.ids[done] ?? -1);
	}
	await batchWhen(on.client, id);
	t.is(ofClient(on), 1);
	const order = prompts(on).map((text) => /I am (\w+)/.exec(text)?.[1]);
	t.is(order.filter((name) => name !== undefined).indexOf("first"), order[0] === "first" ? 0 : 1);
});

test("no engine is left: nothing of the batch fails, the next start of the server runs it", async (t) => {
	const on = await stage(t, { answers: false, slots: 2 });
	const { id } = await begin(on.client, lines(4));
	await until(() => on.rank.ids.length === 2);
	on.rank.answer(on.rank.ids[0] ?? -1);
	await settled();
	on.rank.tell({ type: "gone", reason: "it died too often" });
	t.regex(await on.gateway.lost, /too often/);
	t.like(await on.client.batches.retrieve(id), { status: "in_progress" });
	await on.close();
	const next = await stage(t, { dataDir: on.dataDir });
	const done = await batchWhen(next.client, id);
	t.deepEqual(done.request_counts, { total: 4, completed: 4, failed: 0 });
	t.is(next.rank.ids.length, 3);
});

test("an engine that dies of nothing: its requests of the batch run again", async (t) => {
	const on = await stage(t, { answers: false, slots: 2 });
	const { id } = await begin(on.client, lines(2));
	await until(() => on.rank.ids.length === 2);
	on.rank.tell({ type: "down", running: on.rank.ids });
	on.rank.tell({ type: "up" });
	await until(() => on.rank.ids.length === 4);
	on.rank.answer(...on.rank.ids.slice(2));
	t.deepEqual((await batchWhen(on.client, id)).request_counts, { total: 2, completed: 2, failed: 0 });
});
