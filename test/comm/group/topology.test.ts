import test from "ava";
import { PROC_NULL } from "../../../src/base/constants.ts";
import { Topology, topologyOf } from "../../../src/comm/group/topology.ts";

test("ranks and coordinates are row by row, and each other's inverse", (t) => {
	const grid = new Topology([2, 3, 4], [false, false, false]);
	t.is(grid.size, 24);
	t.deepEqual(grid.coordsOf(0), [0, 0, 0]);
	t.deepEqual(grid.coordsOf(1), [0, 0, 1]);
	t.deepEqual(grid.coordsOf(23), [1, 2, 3]);
	for (let rank = 0; rank < grid.size; rank++) t.is(grid.rankAt(grid.coordsOf(rank)), rank);
});

test("rankAt() wraps around in closed dimensions and ends in open ones", (t) => {
	const grid = new Topology([3, 2], [true, false]);
	t.is(grid.rankAt([3, 1]), grid.rankAt([0, 1]));
	t.is(grid.rankAt([-4, 0]), grid.rankAt([2, 0]));
	t.is(grid.rankAt([0, 2]), PROC_NULL);
	t.is(grid.rankAt([0, -1]), PROC_NULL);
});

test("shift() names whom to receive from and send to", (t) => {
	const grid = new Topology([3, 2], [true, false]);
	t.deepEqual(grid.shift(0, 0, 1), { source: 4, dest: 2 });
	t.deepEqual(grid.shift(0, 0, -1), { source: 2, dest: 4 });
	t.deepEqual(grid.shift(0, 1, 1), { source: PROC_NULL, dest: 1 });
	t.deepEqual(grid.shift(1, 1, 1), { source: 0, dest: PROC_NULL });
	t.deepEqual(grid.shift(5, 0, 0), { source: 5, dest: 5 });
	t.deepEqual(grid.shift(5, 0, 3), { source: 5, dest: 5 });
});

test("rankAt(), coordsOf() and shift() refuse what is not in the grid", (t) => {
	const grid = new Topology([2, 2], [false, true]);
	const loose = grid as unknown as Record<"rankAt" | "coordsOf" | "shift", (...args: unknown[]) => unknown>;
	for (const coords of [[1], [0, 0, 0], [0, 0.5], ["0", 1], 3, undefined]) {
		t.throws(() => loose.rankAt(coords), {
			code: "ERR_ARG",
			message: /^Cannot tell the rank at .*: 2 whole/,
		});
	}
	for (const rank of [4, -1, 0.5, "1", undefined]) {
		t.throws(() => loose.coordsOf(rank), { code: "ERR_RANK", message: /: ranks are 0 to 3$/ });
	}
	for (const dim of [2, -1, 0.5, "0"]) {
		t.throws(() => loose.shift(0, dim, 1), { code: "ERR_ARG", message: /: dimensions are 0 to 1$/ });
	}
	t.throws(() => loose.shift(0, 0, 0.5), {
		code: "ERR_ARG",
		message: "Cannot shift by 0.5: a whole number is needed",
	});
});

test("topologyOf() checks what cart() was given", (t) => {
	t.deepEqual(topologyOf([2, 3], undefined, 6).periods, [false, false]);
	t.deepEqual(topologyOf([2, 3], [true, false], 7).periods, [true, false]);
	for (const dims of [undefined, [], [0], [1.5], ["2"], 4]) {
		t.throws(() => topologyOf(dims, undefined, 6), {
			code: "ERR_ARG",
			message: /dims are whole numbers from 1 up$/,
		});
	}
	for (const periods of [[true], [true, 0], true, null]) {
		t.throws(() => topologyOf([2, 3], periods, 6), {
			code: "ERR_ARG",
			message: /one boolean per dimension is needed$/,
		});
	}
	t.throws(() => topologyOf([4, 2], undefined, 6), {
		code: "ERR_COUNT",
		message: "Cannot make a grid of 4 x 2: it needs 8 ranks and there are 6",
	});
});
