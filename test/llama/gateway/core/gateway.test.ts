import test from "ava";
import type { Call, CallEnd } from "../../../../src/llama/gateway/core/call.ts";
import { Gateway } from "../../../../src/llama/gateway/core/gateway.ts";
import { SILENT } from "../../../../src/llama/gateway/core/watch.ts";
import type { GenerateTask } from "../../../../src/llama/openai/task.ts";
import { COMPLETION, FakeReplica, settled } from "../../support/replicas.ts";

const TASK: GenerateTask = { kind: "generate", prompts: ["Once"], maxTokens: 20, temperature: 0, seed: 1 };

/** A gateway over ranks of so many slots. */
function start(t: { teardown(end: () => unknown): void }, ...slots: number[]) {
	const errors: unknown[] = [];
	const gateway = new Gateway({ watch: SILENT, onError: (error) => errors.push(error), maxQueue: 2 });
	t.teardown(() => gateway.close());
	const ranks = slots.map((each, rank) => new FakeReplica(rank, each));
	for (const rank of ranks) gateway.join(rank);
	const submit = (change: Partial<Call> = {}) => {
		const seen: { ends: CallEnd[]; text: string } = { ends: [], text: "" };
		const cancel = gateway.submit({
			...{ task: TASK, priority: 0, arrivedMs: performance.now() },
			label: { id: "1", kind: "/v1/completions", model: "m", stream: true },
			onPiece: ([, text]) => {
				seen.text += text;
			},
			onEnd: (end) => {
				seen.ends.push(end);
				return undefined;
			},
			...change,
		});
		return { seen, cancel };
	};
	return { gateway, ranks: ranks as [FakeReplica, FakeReplica, FakeReplica], submit, errors };
}

/** The rank that has an order, and the order. */
function holder(ranks: readonly FakeReplica[], index = 0) {
	const rank = ranks.find(({ orders }) => orders.length > index);
	if (rank === undefined) throw new Error("nobody has it");
	return { rank, order: rank.orders[index] as NonNullable<(typeof rank.orders)[0]> };
}

test("a stream whose rank dies goes on on another by its tokens, and the answer is whole", async (t) => {
	const { ranks, submit } = start(t, 1, 1);
	const { seen } = submit();
	await settled();
	const first = holder(ranks);
	const { id } = first.order;
	first.rank.tell({
		type: "pieces",
		pieces: [
			[id, "He", [7]],
			[id, "llo", [8, 9]],
		],
	});
	first.rank.die();
	await settled();
	const other = ranks.find((rank) => rank !== first.rank) as FakeReplica;
	const task = other.orders[0]?.task as GenerateTask;
	t.deepEqual(task.resume, { text: "Hello", tokens: [7, 8, 9] });
	t.is(task.maxTokens, 17);
	other.tell({ type: "pieces", pieces: [[id, "!", [10]]] });
	const usage = { promptTokens: 8, cachedTokens: 0, completionTokens: 1 };
	const choices = [{ ...COMPLETION, text: "!", usage }];
	const answer = { kind: "generated", choices, usage, timings: COMPLETION.timings } as const;
	other.tell({ type: "answer", id, answer });
	await settled();
	t.is(seen.text, "Hello!");
	const [end] = seen.ends;
	t.is(seen.ends.length, 1);
	t.true(end?.answer?.kind === "generated");
	if (end?.answer?.kind !== "generated") return;
	t.is(end.answer.choices[0]?.text, "Hello!");
	t.deepEqual(end.answer.usage, { promptTokens: 5, cachedTokens: 0, completionTokens: 4 });
	t.is(end.facts.continued, 1);
	t.deepEqual(
		end.facts.attempts.map(({ rank, failure }) => [rank, failure?.code]),
		[
			[first.rank.rank, "engine_died"],
			[other.rank, undefined],
		],
	);
});

for (const [why, change] of Object.entries({
	"a grammar": { sampling: { grammar: 'root ::= "a"' } },
	"two choices": { n: 2 },
	"log-probabilities": { logprobs: 1 },
	tools: { chat: { tools: [{}] } },
} satisfies Record<string, Partial<GenerateTask>>)) {
	test(`a stream with ${why} ends as interrupted when its rank dies`, async (t) => {
		const { ranks, submit } = start(t, 1, 1);
		const { seen } = submit({ task: { ...TASK, ...change } });
		await settled();
		const { rank, order } = holder(ranks);
		rank.tell({ type: "pieces", pieces: [[order.id, "He", [7]]] });
		rank.die();
		await settled();
		t.deepEqual(
			seen.ends.map(({ failure }) => failure?.code),
			["interrupted"],
		);
	});
}

test("thoughts end it, too: nobody can tell where they were", async (t) => {
	const { ranks, submit } = start(t, 1, 1);
	const { seen } = submit();
	await settled();
	const { rank, order } = holder(ranks);
	rank.tell({ type: "pieces", pieces: [[order.id, "", null, { reasoning: "Hm" }]] });
	rank.die();
	await settled();
	t.is(seen.ends[0]?.failure?.code, "interrupted");
});

test("a stream that sees two engines die is not run again", async (t) => {
	const { ranks, submit } = start(t, 1, 1, 1);
	const { seen } = submit();
	await settled();
	const first = holder(ranks);
	const { id } = first.order;
	first.rank.tell({ type: "pieces", pieces: [[id, "a", [1]]] });
	first.rank.tell({ type: "down", running: [id] });
	await settled();
	const second = holder(ranks.filter((rank) => rank !== first.rank));
	second.rank.tell({ type: "pieces", pieces: [[id, "b", [2]]] });
	second.rank.tell({ type: "down", running: [id] });
	await settled();
	t.is(seen.text, "ab");
	t.is(seen.ends[0]?.failure?.code, "engine_died");
});

test("an answer that goes whole is run again from its beginning", async (t) => {
	const { ranks, submit } = start(t, 1, 1);
	const { seen } = submit({ onPiece: undefined });
	await settled();
	const first = holder(ranks);
	first.rank.tell({ type: "down", running: [first.order.id] });
	await settled();
	const { rank, order } = holder(ranks.filter((each) => each !== first.rank));
	t.deepEqual(order.task, TASK);
	rank.answer(order.id);
	await settled();
	t.is(seen.ends[0]?.answer?.kind, "generated");
});

test("a full queue refuses, with a time to come again; a client that leaves makes room", async (t) => {
	const { gateway, submit } = start(t, 1);
	const calls = Array.from({ length: 4 }, () => submit());
	await settled();
	const { ends } = calls[3]?.seen ?? { ends: [] };
	t.is(ends[0]?.failure?.code, "queue_full");
	t.true((ends[0] as { retryAfterMs?: number }).retryAfterMs !== undefined);
	t.is(gateway.snapshot().waiting, 2);
	calls[2]?.cancel();
	await settled();
	t.is(calls[2]?.seen.ends[0]?.failure?.code, "cancelled");
	t.is(gateway.snapshot().waiting, 1);
	t.deepEqual(submit().seen.ends, []);
});

test("a higher priority pushes out what waits, which ends once", async (t) => {
	const { submit } = start(t, 1);
	const calls = Array.from({ length: 3 }, () => submit());
	const urgent = submit({ priority: 10 });
	await settled();
	t.deepEqual(urgent.seen.ends, []);
	const codes = calls.map(({ seen }) => seen.ends.map(({ failure }) => failure?.code));
	t.deepEqual(codes, [[], [], ["queue_full"]]);
});

test("drain() refuses what waits and what comes, and resolves with the last that runs", async (t) => {
	const { gateway, ranks, submit } = start(t, 1);
	const running = submit();
	const waiting = submit();
	await settled();
	let drained = false;
	const draining = gateway.drain({ queued: "fail", retryAfterMs: 5000 }).then(() => {
		drained = true;
	});
	await settled();
	t.is(gateway.state, "draining");
	t.like(waiting.seen.ends[0], { failure: { code: "draining" }, retryAfterMs: 5000 });
	const late = submit();
	await settled();
	t.is(late.seen.ends[0]?.failure?.code, "draining");
	t.false(drained);
	ranks[0].answer(holder(ranks).order.id);
	await draining;
	t.is(running.seen.ends[0]?.answer?.kind, "generated");
});

test("close() ends what is open, each once", async (t) => {
	const { gateway, submit, errors } = start(t, 1);
	const calls = [submit(), submit()];
	await settled();
	await gateway.close();
	await settled();
	t.deepEqual(
		calls.map(({ seen }) => seen.ends.map(({ failure }) => failure?.code)),
		[["draining"], ["draining"]],
	);
	t.deepEqual(errors, []);
});
