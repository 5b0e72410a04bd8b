/** Items are read as fast as they are worked on; what is dropped stops nothing else. */
import assert from "node:assert/strict";
import { init } from "tsmpi";
import { openPool, TaskError } from "tsmpi/pool";

const mpi = await init();
const { rank, size } = mpi.world;
const inflight = 3;
const workers = Math.max(1, size - 1);
const capacity = workers * inflight;

/** Released by rank 0, by a message of the program, so that no test depends on time. */
const gate = () => mpi.world.recv({ source: 0, tag: 1 });
const release = async (count: number) => {
	for (let i = 0; i < count; i++) {
		for (const dest of pool?.workers ?? []) await mpi.world.send(undefined, { dest, tag: 1 });
	}
};
let most = 0;
let now = 0;
const pool = await openPool(
	mpi,
	{
		same: (x: number) => x,
		most: () => most,
		/** Says that it has begun, and ends when it is let. */
		wait: async (x: number) => {
			most = Math.max(most, ++now);
			await mpi.world.send(x, { dest: 0, tag: 2 });
			await gate();
			now--;
			return x;
		},
		odd: (x: number) => {
			if (x === 5) throw new Error("five");
			return x;
		},
	},
	{ inflight },
);

/** Endless, counted, and it says when it was closed. */
class Numbers {
	read = 0;
	closed = 0;
	*sync() {
		try {
			for (;;) yield this.read++;
		} finally {
			this.closed++;
		}
	}
	async *async() {
		yield* this.sync();
	}
}
/** Waits until `count` tasks of `wait` run; gives their items. */
const begun = async (count: number) => {
	const items: number[] = [];
	for (let i = 0; i < count; i++) items.push(await mpi.world.recv<number>({ tag: 2 }));
	return items.sort((a, b) => a - b);
};
const range = (count: number) => Array.from({ length: count }, (_, index) => index);
const settled = (promise: Promise<unknown>): Promise<unknown> =>
	promise.then(
		() => "resolved",
		(error) => error,
	);

if (pool !== undefined) {
	// As many as can run, each of them at the same time, and no item more is read.
	for (const kind of ["sync", "async"] as const) {
		const numbers = new Numbers();
		const stop = new AbortController();
		const mapped: Promise<unknown> = settled(pool.map("wait", numbers[kind](), { signal: stop.signal }));
		assert.deepEqual(await begun(capacity), range(capacity));
		assert.equal(numbers.read, capacity, kind);
		// One that ends lets one more in.
		await mpi.world.send(undefined, { dest: pool.workers[0] as number, tag: 1 });
		await begun(1);
		assert.equal(numbers.read, capacity + 1, kind);
		// Abort: at once, though the tasks still run; their results go nowhere.
		const reason = new Error("enough");
		stop.abort(reason);
		assert.equal(await mapped, reason);
		assert.equal(numbers.closed, 1, kind);
		const both: Promise<number>[] = [pool.submit("same", 1), pool.submit("most", undefined)];
		await release(inflight);
		assert.deepEqual(await Promise.all(both), [1, inflight]);
		assert.equal(numbers.read, capacity + 1, kind);
	}

	// Who takes results slowly slows the reading, and leaving the loop closes the items.
	const numbers = new Numbers();
	let taken = 0;
	for await (const { index, value } of pool.mapUnordered("same", numbers.async())) {
		assert.equal(value, index);
		taken++;
		// Enough for everything that may run to have run.
		for (let i = 0; i < 3; i++) await pool.submit("same", i);
		assert.ok(numbers.read <= taken + capacity, `${numbers.read} were read when ${taken} were taken`);
		if (taken === 20) break;
	}
	assert.equal(numbers.closed, 1);
	assert.deepEqual(await pool.map("same", [1, 2]), [1, 2]);

	// The first task that throws ends the map.
	const until = new Numbers();
	await assert.rejects(
		pool.map("odd", until.sync()),
		(error) => error instanceof TaskError && /five$/.test(error.message),
	);
	assert.equal(until.closed, 1);
	// Others may have gone on until the news came; nobody does afterwards.
	const { read } = until;
	for (let i = 0; i < 3 * capacity; i++) await pool.submit("same", i);
	assert.equal(until.read, read);
	// So do items that throw, and the error is theirs.
	const broken = new Error("no more");
	const items = async function* () {
		yield 1;
		throw broken;
	};
	assert.equal(await settled(pool.map("same", items())), broken);
	// A failure does not wait for an item that never comes.
	const stuck = async function* () {
		yield 5;
		await new Promise(() => undefined);
	};
	await assert.rejects(pool.map("odd", stuck()), TaskError);

	// Signals: already aborted; of a task in the queue; of one that runs.
	const gone = AbortSignal.abort(new Error("gone"));
	for (const call of [
		pool.submit("same", 1, { signal: gone }),
		pool.map("same", [1], { signal: gone }),
		pool.mapUnordered("same", [1], { signal: gone }).next(),
	]) {
		await assert.rejects(call, /^Error: gone$/);
	}
	// @ts-expect-error No options.
	await assert.rejects(pool.submit("same", 1, null), { code: "ERR_ARG" });
	// @ts-expect-error No signal.
	await assert.rejects(pool.submit("same", 1, { signal: 3 }), { code: "ERR_ARG" });
	const running = range(capacity).map((x) => pool.submit("wait", x));
	await begun(capacity);
	const drop = new AbortController();
	const dropped = settled(pool.submit("wait", 99, { signal: drop.signal }));
	const behind = pool.submit("same", 8);
	drop.abort("dropped");
	assert.equal(await dropped, "dropped");
	await release(inflight);
	assert.deepEqual(await Promise.all(running), range(capacity));
	assert.equal(await behind, 8);
	assert.equal(mpi.world.iprobe({ tag: 2 }), undefined, "the dropped task never began");
	// A deadline alone keeps the job alive, and is no deadlock, while a task hangs.
	const hung = settled(pool.submit("wait", 1, { signal: AbortSignal.timeout(700) }));
	await begun(1);
	assert.equal(((await hung) as Error).name, "TimeoutError");
	await release(1);

	// Closing waits for what was begun, and for a whole map.
	const cut = pool.mapUnordered("same", new Numbers().sync());
	assert.equal((await cut.next()).done, false);
	// One of its items is being read when the pool is closed, and comes when no worker is there any more.
	let late: (item: number) => void = () => undefined;
	const slow = pool.mapUnordered(
		"same",
		(async function* () {
			yield 1;
			yield await new Promise<number>((resolve) => {
				late = resolve;
			});
		})(),
	);
	assert.equal((await slow.next()).value?.value, 1);
	const last = pool.map("wait", range(capacity + 2));
	await begun(capacity);
	const closing = pool.close();
	await release(inflight + 2);
	await begun(2);
	assert.deepEqual(await last, range(capacity + 2));
	await closing;
	late(2);
	await assert.rejects(slow.next(), { code: "ERR_OTHER", message: /the pool is closed$/ });
	// The other ends when what it has read is taken. Closing does not wait for that: who closes may be who takes.
	await assert.rejects(
		(async () => {
			for await (const _ of cut);
		})(),
		{ code: "ERR_OTHER", message: "Cannot go on with mapUnordered: the pool is closed" },
	);
} else {
	// What was released once too often.
	while (mpi.world.iprobe({ tag: 1 }) !== undefined) await mpi.world.recv({ tag: 1 });
	assert.ok(most <= inflight, `${most} ran at the same time on rank ${rank}`);
}
