/** A collective that cannot go on at one rank rejects on every rank, and the ranks can go on with the next one. */
import assert from "node:assert/strict";
import { init, MpiError, SUM } from "tsmpi";

const { world } = await init();
const { rank, size } = world;
const ranks = Array.from({ length: size }, (_, index) => index);

/**
 * `call` rejects here and on every other rank.
 *
 * @param culprit Rank whose own error the others hear of.
 */
async function rejectsEverywhere(
	call: () => Promise<unknown>,
	culprit: number,
	code: string,
	message: RegExp,
): Promise<void> {
	await assert.rejects(call(), (error: unknown) => {
		const text = `rank ${rank} of ${size}: ${error}`;
		assert.ok(error instanceof Error, text);
		assert.match(error.message, message, text);
		if (rank !== culprit) {
			assert.ok(error instanceof MpiError, text);
			assert.equal(error.code, code, text);
			assert.ok(error.message.startsWith(`Rank ${culprit} failed: `), text);
			assert.ok(error.cause instanceof Error && message.test(error.cause.stack?.split("\n")[0] ?? ""), text);
		}
		return true;
	});
	// Nothing of it is left: the next call gives what it should.
	assert.equal(await world.allreduce(1, { op: SUM }), size);
}

for (const root of ranks) {
	for (const count of [size - 1, size + 1]) {
		const values = new Array(count).fill("value");
		const text = new RegExp(`Cannot scatter ${count} values over ${size} ranks`);
		await rejectsEverywhere(
			() => world.scatter(rank === root ? values : undefined, { root }),
			root,
			"ERR_COUNT",
			text,
		);
	}
	const notOne = () => world.scatter((rank === root ? { a: 1 } : undefined) as unknown as number[], { root });
	await rejectsEverywhere(notOne, root, "ERR_TYPE", /Cannot scatter a Object/);
}

if (size > 1) {
	// A value that cannot be packed, at each rank in turn.
	for (const culprit of ranks) {
		const value = () => (rank === culprit ? () => 1 : "fine");
		const values = () =>
			ranks.map((dest) => (rank === culprit && dest === (rank + 1) % size ? () => 1 : "fine"));
		const calls: (() => Promise<unknown>)[] = [
			() => world.allgather(value()),
			() => world.alltoall(values()),
			() => world.allreduce(value(), { op: (a) => a }),
			() => world.reduceScatter(values(), { op: (a) => a }),
			// The root's own value stays where it is.
			() => world.gather(value(), { root: (culprit + 1) % size }),
			() => world.reduce(value(), { op: (a) => a, root: (culprit + 1) % size }),
			() => world.bcast(value(), { root: culprit }),
			() => world.scatter(values(), { root: culprit }),
		];
		for (const call of calls) {
			await rejectsEverywhere(call, culprit, "ERR_TYPE", /it holds a function$/);
		}
	}

	// An operator that throws.
	const broken = () => {
		throw new RangeError("no such sum");
	};
	for (const root of ranks) {
		await rejectsEverywhere(() => world.reduce(1, { op: broken, root }), root, "ERR_OTHER", /no such sum$/);
	}
	await rejectsEverywhere(() => world.allreduce(1, { op: broken }), 0, "ERR_OTHER", /no such sum$/);
	await rejectsEverywhere(() => world.scan(1, { op: broken }), 0, "ERR_OTHER", /no such sum$/);
	const later = async () => 1;
	await rejectsEverywhere(
		() => world.allreduce(1, { op: later as never }),
		0,
		"ERR_OP",
		/op must not be async$/,
	);

	// Lengths and types that differ, also where they make ranks choose different algorithms.
	for (const odd of ranks) {
		for (const [own, other] of [
			[3, 4],
			[0, 1],
			[40_000, 3],
			[3, 40_000],
			[40_000, 40_001],
		] as const) {
			const array = () => new Float64Array(rank === odd ? own : other);
			await assert.rejects(world.allreduce(array(), { op: SUM }), {
				name: /Error$/,
				message: /length|instead/,
			});
			assert.equal(await world.allreduce(1, { op: SUM }), size);
			await assert.rejects(world.reduce(array(), { op: SUM, root: odd }), { message: /length|instead/ });
			assert.equal(await world.allreduce(1, { op: SUM }), size);
		}
		const type = () => (rank === odd ? new Float32Array(4) : new Float64Array(4));
		await assert.rejects(world.allreduce(type(), { op: SUM }), { code: "ERR_TYPE" });
		await assert.rejects(world.allreduce(rank === odd ? 1 : "one", { op: SUM as never }), {
			code: "ERR_TYPE",
		});
	}
}

// A failure belongs to its call alone: others that are under way end well.
const [sum, scattered, gathered] = await Promise.allSettled([
	world.allreduce(1, { op: SUM }),
	world.scatter(rank === 0 ? new Array(size + 1).fill(0) : undefined),
	world.allgather(rank),
]);
assert.deepEqual(sum, { status: "fulfilled", value: size });
assert.equal(scattered.status, "rejected");
assert.deepEqual(gathered, { status: "fulfilled", value: ranks });
