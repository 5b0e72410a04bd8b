import test from "ava";
import type { BatchRequest } from "../../../src/llama/batch/files/request.ts";
import { type ModelNames, Models } from "../../../src/llama/batch/models.ts";
import type { RequestEnd } from "../../../src/llama/dispatch/submission.ts";
import { FakeReplica, inWords, requestOf, settled } from "../support/replicas.ts";

function request(id: number, model?: string): BatchRequest {
	const named = model === undefined ? {} : { model };
	return {
		...requestOf(id),
		requestKind: "plain",
		customId: `${id}`,
		fingerprint: `${id}`,
		...named,
	};
}

function models(...names: readonly (ModelNames | undefined)[]) {
	const all = new Models({
		onError: (error) => {
			throw error;
		},
	});
	const replicas = names.map((name, rank) => {
		const replica = new FakeReplica(rank, 1);
		all.join(replica, name);
		return replica;
	});
	return { all, replicas };
}

const A = { path: "/m/a.gguf", given: "hf:me/a", own: "Same" };
const B = { path: "/m/b.gguf", own: "Same" };

test("Models hands a request to a rank that runs its model", async (t) => {
	const { all, replicas } = models(A, B, B);
	const ends: RequestEnd[] = [];
	for (const [id, name] of ["a", "b", "hf:me/a", "/m/b.gguf", "b.gguf"].entries()) {
		const asked = request(id, name);
		t.is(all.refusal(asked), undefined, name);
		all.submit(asked, { onEnd: (end) => void ends.push(end) });
	}
	t.is(all.queued > 0, true);
	await all.handedOut();
	t.deepEqual(replicas[0]?.ids, [0]);
	t.deepEqual([...(replicas[1]?.ids ?? []), ...(replicas[2]?.ids ?? [])].sort(), [1, 3]);
	const more = all.handedOut();
	replicas[0]?.answer(0);
	await more;
	t.deepEqual(replicas[0]?.ids, [0, 2]);
	t.is(ends.length, 1);
	t.true(all.cancel(4));
	t.false(all.cancel(4));
	t.is(all.queued, 0);
});

test("Models refuses what names no model of several, or more than one", (t) => {
	const { all } = models(A, B);
	const refusal = (name?: string) => all.refusal(request(0, name));
	t.deepEqual(refusal(), {
		code: "model_not_found",
		message: "It names no model: this job runs hf:me/a, b.gguf",
		param: "model",
	});
	t.is(refusal("c")?.message, '"model" is "c": this job runs hf:me/a, b.gguf');
	t.is(
		refusal("Same")?.message,
		'"model" is "Same", and 2 models are called so: this job runs hf:me/a, b.gguf',
	);
});

test("of one model any name will do", (t) => {
	const { all, replicas } = models(undefined, undefined);
	t.is(all.refusal(request(0, "any")), undefined);
	t.is(all.refusal(request(1)), undefined);
	t.is(replicas.length, 2);
});

test("the death of a model's last rank ends the requests of that model, and no other's", async (t) => {
	const { all, replicas } = models(A, B);
	const ends = new Map<number, string>();
	for (const [id, name] of ["a", "b", "a", "b"].entries()) {
		all.submit(request(id, name), { onEnd: (end) => void ends.set(id, inWords(end)) });
	}
	await settled();
	replicas[0]?.die();
	await settled();
	t.deepEqual(Object.fromEntries(ends), { 0: "-:no_engine", 2: "-:no_engine" });
	// What comes later ends too, instead of waiting for nobody.
	all.submit(request(4, "a"), { onEnd: (end) => void ends.set(4, inWords(end)) });
	replicas[1]?.answer(1);
	await settled();
	replicas[1]?.answer(3);
	await settled();
	t.deepEqual(Object.fromEntries(ends), {
		...{ 0: "-:no_engine", 1: "1:ok", 2: "-:no_engine", 3: "1:ok", 4: "-:no_engine" },
	});
});
