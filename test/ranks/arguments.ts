/** Bad arguments reject with a code and a text that says what is allowed; they never throw, and nothing is sent. */
import assert from "node:assert/strict";
import { ArgumentError, init, MpiError, SUM } from "tsmpi";

const { world } = await init();
const { size } = world;
const ranks = size === 1 ? "the only rank is 0" : `ranks are 0 to ${size - 1}`;
const tags = "tags are whole numbers from 0 to 2147483647";

type Mistake = readonly [code: string, message: string, call: () => Promise<unknown>];

const loose = world as unknown as Record<string, (...args: unknown[]) => Promise<unknown>>;
const call = (name: string, ...args: unknown[]) =>
	(loose[name] as (...args: unknown[]) => Promise<unknown>).apply(world, args);

const mistakes: readonly Mistake[] = [
	["ERR_RANK", `Cannot send to rank ${size}: ${ranks}`, () => world.send(1, { dest: size })],
	["ERR_RANK", `Cannot send to rank -1: ${ranks}`, () => world.send(1, { dest: -1 })],
	["ERR_RANK", `Cannot send to rank 0.5: ${ranks}`, () => world.ssend(1, { dest: 0.5 })],
	["ERR_RANK", `Cannot send to rank "0": ${ranks}`, () => call("send", 1, { dest: "0" })],
	["ERR_RANK", `Cannot send to rank undefined: ${ranks}`, () => call("send", 1, {})],
	["ERR_RANK", `Cannot send to rank 99: ${ranks}`, () => world.sendrecv(1, { dest: 99 })],
	["ERR_TAG", `Cannot send with tag -1: ${tags}`, () => world.send(1, { dest: 0, tag: -1 })],
	["ERR_TAG", `Cannot send with tag 2147483648: ${tags}`, () => world.send(1, { dest: 0, tag: 2 ** 31 })],
	["ERR_TAG", `Cannot send with tag NaN: ${tags}`, () => world.send(1, { dest: 0, tag: Number.NaN })],
	[
		"ERR_RANK",
		`Cannot receive from rank ${size}: ${ranks}, or ANY_SOURCE`,
		() => world.recv({ source: size }),
	],
	["ERR_RANK", `Cannot receive from rank -3: ${ranks}, or ANY_SOURCE`, () => world.mprobe({ source: -3 })],
	[
		"ERR_RANK",
		`Cannot receive from rank 99: ${ranks}, or ANY_SOURCE`,
		() => world.sendrecv(1, { dest: 0, source: 99 }),
	],
	["ERR_TAG", `Cannot receive with tag -2: ${tags}, or ANY_TAG`, () => world.recv({ tag: -2 })],
	["ERR_TAG", `Cannot receive with tag a Date: ${tags}, or ANY_TAG`, () => call("recv", { tag: new Date() })],
	[
		"ERR_ARG",
		"Cannot send with options 1: an object is needed, such as { dest: 1 }",
		() => call("send", 1, 1),
	],
	[
		"ERR_ARG",
		"Cannot send with options undefined: an object is needed, such as { dest: 1 }",
		() => call("send", 1),
	],
	[
		"ERR_ARG",
		"Cannot sendrecv with options null: an object is needed, such as { dest: 1 }",
		() => call("sendrecv", 1, null),
	],
	[
		"ERR_ARG",
		"Cannot recv with options 0: an object is needed, such as { source: 1 }",
		() => call("recv", 0),
	],
	[
		"ERR_ARG",
		"Cannot mprobe with options null: an object is needed, such as { source: 1 }",
		() => call("mprobe", null),
	],
	["ERR_ARG", "Cannot recv with signal 50: an AbortSignal is needed", () => call("recv", { signal: 50 })],
	["ERR_TYPE", "Cannot receive into a Array: a typed array is needed", () => call("recvInto", [])],
	["ERR_TYPE", "Cannot send this function: it holds a function", () => world.send(() => 1, { dest: 0 })],

	// In a collective every rank makes the same mistake here; one that only some make is tested elsewhere.
	["ERR_ROOT", `Cannot bcast with root ${size}: ${ranks}`, () => world.bcast(1, { root: size })],
	["ERR_ROOT", `Cannot gather with root -1: ${ranks}`, () => world.gather(1, { root: -1 })],
	["ERR_ROOT", `Cannot scatter with root -1000000000000: ${ranks}`, () => world.scatter([], { root: -1e12 })],
	["ERR_ROOT", `Cannot reduce with root 0.5: ${ranks}`, () => world.reduce(1, { op: SUM, root: 0.5 })],
	["ERR_ROOT", `Cannot gatherv with root 99: ${ranks}`, () => world.gatherv(Int8Array.of(1), { root: 99 })],
	[
		"ERR_ARG",
		"Cannot gather with options 1: an object is needed, such as { root: 1 }",
		() => call("gather", 1, 1),
	],
	[
		"ERR_ARG",
		"Cannot bcast with options null: an object is needed, such as { root: 1 }",
		() => call("bcast", 1, null),
	],
	[
		"ERR_ARG",
		"Cannot allreduce with options undefined: an object is needed, such as { op: SUM }",
		() => call("allreduce", 1),
	],
	[
		"ERR_ARG",
		"Cannot barrier with signal true: an AbortSignal is needed",
		() => call("barrier", { signal: true }),
	],
	[
		"ERR_OP",
		"Cannot reduce with undefined: op is an operator such as SUM, or a function (a, b) => c",
		() => call("reduce", 1, SUM),
	],
	[
		"ERR_OP",
		"Cannot reduce with string: op is an operator such as SUM, or a function (a, b) => c",
		() => call("scan", 1, { op: "SUM" }),
	],
	[
		"ERR_COUNT",
		`Cannot alltoall ${size + 1} values over ${size} ranks: one value per rank is needed`,
		() => world.alltoall(new Array(size + 1).fill(0)),
	],
	[
		"ERR_TYPE",
		"Cannot alltoall undefined: an array with one value per rank is needed",
		() => call("alltoall"),
	],
	[
		"ERR_COUNT",
		`Cannot reduceScatter ${size + 1} values over ${size} ranks: one value per rank is needed`,
		() => world.reduceScatter(new Array(size + 1).fill(0), { op: SUM }),
	],
	[
		"ERR_ARG",
		"Cannot split with color 0.5: a whole number or undefined is needed",
		() => world.split({ color: 0.5 }),
	],
	[
		"ERR_RANK",
		`Cannot create with rank ${size}: ranks are 0 to ${size - 1}, each once`,
		() => world.create([size]),
	],
	[
		"ERR_COUNT",
		`Cannot make a grid of 9 x 9: it needs 81 ranks and there are ${size}`,
		() => world.cart({ dims: [9, 9] }),
	],
];

for (const [code, message, mistake] of mistakes) {
	const rejected = mistake();
	assert.ok(rejected instanceof Promise, message);
	await assert.rejects(rejected, (error: unknown) => {
		// Another rank may have been faster with the same mistake.
		const own = message
			.replaceAll("(", "\\(")
			.replace(/[[\]{}.*+?|^$)]/g, "\\$&")
			.replaceAll("\\\\(", "\\(");
		assert.match((error as Error).message, new RegExp(`^(Rank \\d failed: )?${own}$`));
		assert.ok(error instanceof MpiError, message);
		assert.equal(error.code, code, message);
		if (!error.message.startsWith("Rank")) assert.ok(error instanceof ArgumentError, message);
		return true;
	});
}

// iprobe answers at once, so it throws at once.
assert.throws(() => world.iprobe({ source: 99 }), { code: "ERR_RANK" });
assert.throws(() => world.iprobe({ tag: -5 }), { code: "ERR_TAG" });
assert.throws(() => world.free(), {
	code: "ERR_COMM",
	message: "Cannot free world: it lasts as long as the program",
});

await world.barrier();
assert.equal(world.iprobe(), undefined);
