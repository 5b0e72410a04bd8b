/**
 * Every operation refuses options that it does not know and what is no options object: it rejects, on every rank, and
 * never throws. Nothing has been sent then, so the ranks go on together.
 */
import assert from "node:assert/strict";
import { type Comm, init, MpiError } from "tsmpi";

const mpi = await init();
const { world } = mpi;
const { size } = world;

interface Operation {
	readonly name: string;
	/** What stands before the options. */
	readonly data?: readonly unknown[];
	/** As the error names it. */
	readonly action?: string;
	/** A likely slip, and what the error says of it. */
	readonly slip: readonly [key: string, hint: string];
}

const bytes = new Uint8Array(size);
const operations: readonly Operation[] = [
	{ name: "send", data: [1], slip: ["dst", 'did you mean "dest"?'] },
	{ name: "ssend", data: [1], action: "send", slip: ["desk", 'did you mean "dest"?'] },
	{ name: "recv", action: "receive", slip: ["src", 'did you mean "source"?'] },
	{ name: "recvInto", data: [bytes], action: "receive", slip: ["from", "allowed are source, tag, signal"] },
	{ name: "mprobe", action: "probe", slip: ["tags", 'did you mean "tag"?'] },
	{ name: "sendrecv", data: [1], slip: ["tag", "allowed are dest, sendTag, source, recvTag, signal"] },
	{ name: "barrier", slip: ["timeout", "allowed are signal"] },
	{ name: "bcast", data: [1], slip: ["rot", 'did you mean "root"?'] },
	{ name: "scatter", data: [new Array(size).fill(0)], slip: ["route", 'did you mean "root"?'] },
	{ name: "gather", data: [1], slip: ["Root", 'did you mean "root"?'] },
	{ name: "allgather", data: [1], slip: ["root", "allowed are signal"] },
	{ name: "alltoall", data: [bytes], slip: ["signals", 'did you mean "signal"?'] },
	{ name: "reduce", data: [1], slip: ["opp", 'did you mean "op"?'] },
	{ name: "allreduce", data: [1], slip: ["root", "allowed are op, signal"] },
	{ name: "reduceScatter", data: [bytes], slip: ["operator", "allowed are op, signal"] },
	{ name: "scan", data: [1], slip: ["o", 'did you mean "op"?'] },
	{ name: "exscan", data: [1], slip: ["oP", 'did you mean "op"?'] },
	{ name: "scatterv", data: [bytes], slip: ["count", 'did you mean "counts"?'] },
	{ name: "gatherv", data: [bytes], slip: ["displ", 'did you mean "displs"?'] },
	{ name: "allgatherv", data: [bytes], slip: ["cnts", 'did you mean "counts"?'] },
	{ name: "alltoallv", data: [bytes], slip: ["sendCount", 'did you mean "sendCounts"?'] },
	{ name: "dup", slip: ["name", "allowed are signal"] },
	{ name: "split", slip: ["colour", 'did you mean "color"?'] },
	{ name: "splitShared", slip: ["key", "allowed are signal"] },
	{ name: "create", data: [[0]], slip: ["key", "allowed are signal"] },
	{ name: "cart", action: "make a grid", slip: ["dim", 'did you mean "dims"?'] },
];

/** As plain JavaScript calls it. */
function call(name: string, args: readonly unknown[]): Promise<unknown> {
	const method = world[name as keyof Comm] as (...args: readonly unknown[]) => Promise<unknown>;
	const promise = method.apply(world, [...args]);
	assert.ok(promise instanceof Promise, name);
	return promise;
}

async function refused(name: string, args: readonly unknown[], text: string): Promise<void> {
	await assert.rejects(call(name, args), (error) => {
		assert.ok(error instanceof MpiError, `${name}: ${error}`);
		// Another rank may have been faster with the same mistake.
		assert.equal(error.message.replace(/^Rank \d failed: /, ""), text);
		assert.equal(error.code, "ERR_ARG");
		return true;
	});
}

for (const { name, data = [], action = name, slip } of operations) {
	const [key, hint] = slip;
	await refused(name, [...data, { [key]: 1 }], `Cannot ${action}: unknown option "${key}": ${hint}`);
	for (const options of [null, 5, "x", true, [1], () => 1]) {
		await assert.rejects(call(name, [...data, options]), {
			code: "ERR_ARG",
			message: new RegExp(`Cannot ${name} with options .*: an object is needed, such as \\{ `),
		});
	}
	const signal = `Cannot ${name} with signal "now": an AbortSignal is needed`;
	await refused(name, [...data, { signal: "now" }], signal);
}

// These answer at once, so they throw at once.
const loose = world as unknown as Record<string, (...args: readonly unknown[]) => unknown>;
assert.throws(() => loose.iprobe?.({ src: 0 }), {
	code: "ERR_ARG",
	message: 'Cannot probe: unknown option "src": did you mean "source"?',
});
assert.throws(() => loose.iprobe?.(3), { code: "ERR_ARG", message: /^Cannot iprobe with options 3: / });

const grid = await world.cart({ dims: [size], periods: [true] });
const looseGrid = grid as unknown as Record<string, (...args: readonly unknown[]) => unknown>;
assert.throws(() => looseGrid.rankAt?.("0"), {
	code: "ERR_ARG",
	message: /^Cannot tell the rank at "0": 1 whole/,
});
assert.throws(() => looseGrid.rankAt?.([0, 0]), {
	code: "ERR_ARG",
	message: /^Cannot tell the rank at \[0, 0\]: /,
});
assert.throws(() => looseGrid.coordsOf?.(size), {
	code: "ERR_RANK",
	message: /^Cannot tell the coordinates of rank/,
});
assert.throws(() => looseGrid.shift?.(0, "1"), { code: "ERR_ARG", message: /^Cannot shift by "1": / });
await assert.rejects(call("cart", [{ dims: [1], periods: [1] }]), {
	code: "ERR_ARG",
	message: /Cannot make a grid with periods \[1\]: one boolean per dimension is needed$/,
});

for (const [args, text] of [
	[["3"], 'Cannot abort with code "3": a whole number is needed'],
	[[3, {}], "Cannot abort with reason an object: a text is needed"],
] as const) {
	const abort = mpi.abort as (...args: readonly unknown[]) => Promise<never>;
	await assert.rejects(abort(...args), { code: "ERR_ARG", message: text });
}

await world.barrier();
assert.equal(world.iprobe(), undefined);
