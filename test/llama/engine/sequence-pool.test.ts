import test from "ava";
import { type PooledSequence, SequencePool } from "../../../src/llama/engine/sequence-pool.ts";

class Held implements PooledSequence<readonly number[]> {
	readonly #tokens: readonly number[];

	constructor(...tokens: readonly number[]) {
		this.#tokens = tokens;
	}

	get length(): number {
		return this.#tokens.length;
	}

	sharedPrefix(tokens: readonly number[]): number {
		const different = this.#tokens.findIndex((token, index) => token !== tokens[index]);
		return different < 0 ? this.#tokens.length : different;
	}
}

const NEVER = new AbortController().signal;
const BOS = 1;
const range = (from: number, count: number) => Array.from({ length: count }, (_, index) => from + index);

test("acquire() takes the longest shared prefix", async (t) => {
	const short = new Held(BOS, 5, 6, 90, 91);
	const long = new Held(BOS, 5, 6, 7, 8, 92);
	const pool = new SequencePool([new Held(), short, long]);
	t.is(await pool.acquire([BOS, 5, 6, 7, 8, 9], NEVER), long);
	t.is(await pool.acquire([BOS, 5, 6, 7, 8, 9], NEVER), short);
});

test("acquire() gives up a long conversation for nothing but what goes on from it, while there is an empty one", async (t) => {
	const held = new Held(BOS, ...range(10, 1000));
	const empty = new Held();
	for (const prompt of [
		[BOS, 5],
		[BOS, ...range(10, 200), 5],
	]) {
		t.is(await new SequencePool([held, empty]).acquire(prompt, NEVER), empty);
		t.is(await new SequencePool([held]).acquire(prompt, NEVER), held);
	}
	for (const prompt of [
		[BOS, ...range(10, 1000), 5, 6],
		// Its last words may read otherwise now.
		[BOS, ...range(10, 980), 5, 6],
		[BOS, ...range(10, 200)],
	]) {
		t.is(await new SequencePool([empty, held]).acquire(prompt, NEVER), held);
	}
});

test("acquire() gives up the conversation that was unused longest of those that begin alike", async (t) => {
	const system = [BOS, ...range(10, 100)];
	const older = new Held(...system, ...range(200, 300));
	const newer = new Held(...system, ...range(500, 20));
	const other = new Held(BOS, ...range(900, 20));
	const question = [...system, 4, 5, 6];
	t.is(await new SequencePool([other, older, newer]).acquire(question, NEVER), older);
	t.is(await new SequencePool([other, newer, older]).acquire(question, NEVER), newer);
	// Nobody's conversation: it has the system prompt alone.
	const bare = new Held(...system);
	t.is(await new SequencePool([older, newer, new Held(), bare]).acquire(question, NEVER), bare);
});

test("acquire() takes what was unused longest when nothing tells them apart", async (t) => {
	const only = new Held();
	const other = new Held();
	const pool = new SequencePool([only, other]);
	t.is(await pool.acquire([BOS], NEVER), only);
	pool.release(only);
	t.is(await pool.acquire([BOS], NEVER), other);
});

test("release() serves those who wait in their order", async (t) => {
	const only = new Held();
	const pool = new SequencePool([only]);
	const order: string[] = [];
	await pool.acquire([BOS], NEVER);
	const waiting = ["a", "b", "c"].map(async (name) => {
		const sequence = await pool.acquire([BOS], NEVER);
		order.push(name);
		pool.release(sequence);
	});
	t.is(pool.waiting, 3);
	pool.release(only);
	await Promise.all(waiting);
	t.deepEqual(order, ["a", "b", "c"]);
	t.is(pool.waiting, 0);
});

test("acquire() gives up its place on an abort, before and while it waits", async (t) => {
	const pool = new SequencePool([new Held()]);
	const reason = new Error("no more");
	t.is(await t.throwsAsync(pool.acquire([BOS], AbortSignal.abort(reason))), reason);
	const sequence = await pool.acquire([BOS], NEVER);
	const controller = new AbortController();
	const given = pool.acquire([BOS], controller.signal);
	const kept = pool.acquire([BOS], NEVER);
	controller.abort(reason);
	t.is(await t.throwsAsync(given), reason);
	t.is(pool.waiting, 1);
	pool.release(sequence);
	t.is(await kept, sequence);
	// A late abort of a request that has its sequence changes nothing.
	const late = new AbortController();
	pool.release(sequence);
	const held = await pool.acquire([BOS], late.signal);
	late.abort(reason);
	pool.release(held);
	t.is(await pool.acquire([BOS], NEVER), sequence);
});
