import test from "ava";
import { init } from "../../src/index.ts";
import { openPool } from "../../src/pool/index.ts";

const mpi = await init();
const tasks = { square: (x: number) => x * x };

/** As plain JavaScript calls it. */
const loose = openPool as unknown as (...args: readonly unknown[]) => Promise<never>;
const isObject = "its options must be an object, not";

for (const [args, message] of [
	[[mpi, tasks, { inFlight: 2 }], 'unknown option "inFlight": did you mean "inflight"?'],
	[[mpi, tasks, { workers: 2 }], 'unknown option "workers": allowed are inflight, retries'],
	[[mpi, tasks, 4], `${isObject} 4`],
	[[mpi, tasks, null], `${isObject} null`],
	[[mpi, tasks, [4]], `${isObject} an array`],
	[[mpi, tasks, { inflight: "4" }], 'inflight is "4", and must be a whole number from 1 to 10000'],
	[[mpi, tasks, { retries: null }], "retries is null, and must be a whole number from 0 to 10000"],
	[[mpi, "tasks"], "a table of tasks is needed, such as { square: (x) => x * x }"],
] as const) {
	test(`openPool() refuses: ${message}`, async (t) => {
		await t.throwsAsync(loose(...args), { code: "ERR_ARG", message: `Cannot open a pool: ${message}` });
	});
}

test("openPool() refuses what is no communicator", async (t) => {
	for (const [place, shown] of [
		[5, "5"],
		[null, "null"],
		[{ world: 1 }, "an object"],
	] as const) {
		const message = `Cannot open a pool on ${shown}: what init() gave, or a communicator, is needed`;
		await t.throwsAsync(loose(place, tasks), { code: "ERR_ARG", message });
	}
});

test("every operation of a pool rejects for options that it does not know, and still works then", async (t) => {
	const pool = await openPool(mpi, tasks);
	if (pool === undefined) return t.fail();
	const { submit, map, mapUnordered } = pool as unknown as Record<
		"submit" | "map" | "mapUnordered",
		(...args: readonly unknown[]) => unknown
	>;
	const operations: Record<string, (options: unknown) => Promise<unknown>> = {
		submit: async (options) => submit.call(pool, "square", 2, options),
		map: async (options) => map.call(pool, "square", [2], options),
		mapUnordered: async (options) =>
			(mapUnordered.call(pool, "square", [2], options) as AsyncGenerator).next(),
	};
	for (const [name, run] of Object.entries(operations)) {
		await t.throwsAsync(run({ singal: undefined }), {
			code: "ERR_ARG",
			message: `Cannot ${name}: unknown option "singal": did you mean "signal"?`,
		});
		for (const options of [null, 5, "x", [1]]) {
			await t.throwsAsync(run(options), { code: "ERR_ARG", message: new RegExp(`^Cannot ${name}`) });
		}
		await t.throwsAsync(run({ signal: 5 }), { code: "ERR_ARG", message: /an AbortSignal$/ });
	}
	t.is(await pool.submit("square", 3), 9);
	await pool.close();
});
