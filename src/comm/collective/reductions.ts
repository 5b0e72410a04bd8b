import { allreduce as runAllreduce } from "../../collectives/allreduce.ts";
import { asOperator } from "../../collectives/operators.ts";
import { reduce as runReduce } from "../../collectives/reduce.ts";
import { reduceScatter as runReduceScatter } from "../../collectives/reduce-scatter.ts";
import { exscan as runExscan, scan as runScan } from "../../collectives/scan.ts";
import { isTypedArray } from "../../wire/payload.ts";
import type { ReduceOptions, RootedReduceOptions } from "../api/options.ts";
import { checkPerRank, checkRoot } from "../core/arguments.ts";
import type { CommCore } from "../core/core.ts";
import { call } from "./call.ts";

export function reduce<T>(core: CommCore, value: T, options: RootedReduceOptions<T>): Promise<unknown> {
	const { op, root = 0 } = options ?? {};
	return call(core, { name: "reduce", root, options }, async (channel) => {
		checkRoot("reduce", root, core.size);
		return runReduce(channel, value, asOperator(op), root);
	});
}

export function allreduce<T>(core: CommCore, value: T, options: ReduceOptions<T>): Promise<unknown> {
	const { op } = options ?? {};
	return call(core, { name: "allreduce", options }, async (channel) =>
		runAllreduce(channel, value, asOperator(op)),
	);
}

export function reduceScatter<T>(
	core: CommCore,
	values: unknown,
	options: ReduceOptions<T>,
): Promise<unknown> {
	const { op } = options ?? {};
	return call(core, { name: "reduceScatter", options }, async (channel) => {
		if (!isTypedArray(values)) checkPerRank("reduceScatter", values, core.size);
		return runReduceScatter(channel, values, asOperator(op));
	});
}

export function scan<T>(core: CommCore, value: T, options: ReduceOptions<T>): Promise<unknown> {
	const { op } = options ?? {};
	return call(core, { name: "scan", options }, async (channel) => runScan(channel, value, asOperator(op)));
}

export function exscan<T>(core: CommCore, value: T, options: ReduceOptions<T>): Promise<unknown> {
	const { op } = options ?? {};
	return call(core, { name: "exscan", options }, async (channel) =>
		runExscan(channel, value, asOperator(op)),
	);
}
