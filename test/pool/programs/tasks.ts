/** A pool gives what its tasks give, and rejects what cannot be: on any number of ranks. */
import assert from "node:assert/strict";
import { ArgumentError, init, MpiError } from "tsmpi";
import { openPool, TaskError } from "tsmpi/pool";

const mpi = await init();
const { rank, size } = mpi.world;
const first = Math.min(1, size - 1);

class Odd extends RangeError {
	readonly code = "E_ODD";
}
const tasks = {
	square: (x: number) => x * x,
	later: async (ms: number) => {
		await new Promise((resolve) => setTimeout(resolve, ms));
		return ms;
	},
	echo: (value: unknown) => value,
	where: () => rank,
	even: (x: number) => {
		if (x % 2 === 1) throw new Odd(`${x} is odd`, { cause: new Error("it was passed in") });
		return x;
	},
	text: () => {
		throw "only a text";
	},
	unsendable: () => () => 1,
};

// Before the pool, on the same communicator: the pool must not take it.
if (rank === size - 1) await mpi.world.send("mine", { dest: 0 });

const pool = await openPool(mpi, tasks);
assert.equal(pool !== undefined, rank === 0);
if (pool !== undefined) {
	const workers = size === 1 ? [0] : Array.from({ length: size - 1 }, (_, index) => index + 1);
	assert.deepEqual(pool.workers, workers);

	// The types are those of the table: this would not compile with others.
	const squares: number[] = await pool.map("square", [1, 2, 3]);
	assert.deepEqual(squares, [1, 4, 9]);
	const one: number = await pool.submit("square", 7);
	assert.equal(one, 49);
	// @ts-expect-error The task takes a number.
	const nonsense: Promise<number> = pool.submit("square", "7");
	assert.equal(await nonsense, 49);
	// @ts-expect-error There is no such task.
	await assert.rejects(pool.submit("cube", 2), {
		name: "ArgumentError",
		code: "ERR_ARG",
		message: /^Cannot submit task "cube": the tasks are "echo", "even", /,
	});
	// @ts-expect-error The items must be numbers.
	await assert.rejects(pool.map("square", 5), { code: "ERR_TYPE", message: /over a number: an iterable is/ });

	// Order of the items, though the later ones are done first.
	assert.deepEqual(await pool.map("later", [30, 20, 10, 0]), [30, 20, 10, 0]);
	const seen: number[] = [];
	for await (const { index, value } of pool.mapUnordered("square", new Set([5, 6, 7]))) {
		assert.equal(value, (index + 5) ** 2);
		seen.push(index);
	}
	assert.deepEqual(seen.sort(), [0, 1, 2]);
	assert.deepEqual(await pool.map("square", []), []);
	for await (const _ of pool.mapUnordered("square", [])) assert.fail("there is nothing");
	const many = Array.from({ length: 3000 }, (_, index) => index);
	assert.deepEqual(
		await Promise.all(many.map((x) => pool.submit("square", x))),
		many.map((x) => x * x),
	);

	// Everyone works.
	const places = new Set(await pool.map("where", new Array(3 * workers.length).fill(undefined)));
	assert.deepEqual([...places].sort(), workers);

	// Values arrive as they would in a message, also from oneself; large ones too.
	for (const value of [
		undefined,
		null,
		new Map([[1, { a: [2n] }]]),
		Float64Array.of(1, 2),
		Buffer.from("ab"),
	]) {
		assert.deepEqual(await pool.submit("echo", value), value);
	}
	const large = new Uint8Array(3_000_000).fill(7);
	const back = await pool.submit("echo", large);
	assert.ok(back instanceof Uint8Array && back !== large && Buffer.compare(back, large) === 0);

	// A task that throws.
	await assert.rejects(pool.submit("even", 3), (error) => {
		assert.ok(error instanceof TaskError && error instanceof MpiError && error.cause instanceof Error);
		const { name, message, task, rank: where, cause } = error;
		assert.deepEqual([name, task], ["TaskError", "even"]);
		assert.ok(workers.includes(where));
		assert.equal(message, `Task "even" failed on rank ${where}: 3 is odd`);
		assert.match(cause.stack ?? "", /RangeError: 3 is odd\n +at .*even.*tasks\.js:\d+/s);
		assert.equal("code" in cause && cause.code, "E_ODD");
		assert.ok(cause.cause instanceof Error && cause.cause.message === "it was passed in");
		return true;
	});
	await assert.rejects(
		pool.submit("text", undefined),
		/^TaskError: Task "text" failed on rank \d: only a text$/,
	);

	// What cannot be packed rejects alone, while others are under way.
	const [good, argument, result, after] = await Promise.allSettled([
		pool.submit("later", 5),
		pool.submit("echo", () => 1),
		pool.submit("unsendable", undefined),
		pool.submit("square", 4),
	]);
	assert.deepEqual(
		[good, after].map((outcome) => outcome.status),
		["fulfilled", "fulfilled"],
	);
	assert.ok(argument.status === "rejected" && argument.reason instanceof ArgumentError);
	assert.equal(argument.reason.code, "ERR_TYPE");
	assert.ok(result.status === "rejected" && result.reason instanceof TaskError);
	assert.match(result.reason.message, /^Task "unsendable" failed on rank \d: Cannot send this function/);

	assert.equal(await mpi.world.recv({ source: size - 1 }), "mine");
	// The last task never reached a worker: nothing waits for its answer, or this rank could not end.
	const busy = pool.workers.map(() => pool.submit("later", 5));
	await Promise.allSettled([...busy, pool.submit("echo", () => 1)]);
	await pool.close();
	await pool.close();
	await assert.rejects(pool.submit("square", 1), { code: "ERR_OTHER", message: /the pool is closed$/ });
	await assert.rejects(pool.map("square", [1]), /Cannot map: the pool is closed$/);
}

// Another pool, and the world, work as if nothing had been.
const second = await openPool(mpi.world, { where: tasks.where });
assert.equal(await second?.submit("where", undefined), rank === 0 ? first : undefined);
await second?.close();
assert.equal(await mpi.world.allreduce(1, { op: (a, b) => a + b }), size);

// What is wrong on one rank is an error on all.
for (const [table, options, text] of [
	[{}, {}, /its table of tasks is empty/],
	[{ square: 3 }, {}, /task "square" is not a function/],
	[tasks, { inflight: 0 }, /inflight is 0, and must be a whole number from 1 to/],
	[tasks, { retries: 1.5 }, /retries is 1.5, and must be a whole number from 0 to/],
] as const) {
	const wrong = rank === size - 1;
	const open = () => (wrong ? openPool(mpi, table as typeof tasks, options) : openPool(mpi, tasks));
	await assert.rejects(open(), (error) => {
		assert.ok(error instanceof MpiError && error.code === "ERR_ARG");
		assert.match(error.message, text);
		assert.match(error.message, wrong ? /^Cannot open a pool: / : new RegExp(`^Rank ${size - 1} failed: `));
		return true;
	});
}
if (size > 1) {
	const table = rank === size - 1 ? { a: tasks.where } : { b: tasks.where };
	await assert.rejects(openPool(mpi, table), {
		code: "ERR_ARG",
		message:
			rank === 0 ? `Cannot open a pool: rank ${size - 1} has the tasks "a", and rank 0 "b"` : /has the tasks/,
	});
}
