import { allgather as runAllgather } from "../../collectives/allgather.ts";
import { alltoall as runAlltoall } from "../../collectives/alltoall.ts";
import { barrier as runBarrier } from "../../collectives/barrier.ts";
import { bcast as runBcast } from "../../collectives/bcast.ts";
import { gather as runGather } from "../../collectives/gather.ts";
import { scatter as runScatter } from "../../collectives/scatter.ts";
import { isTypedArray } from "../../wire/payload.ts";
import type { CollectiveOptions, RootOptions } from "../api/options.ts";
import { checkPerRank, checkRoot } from "../core/arguments.ts";
import type { CommCore } from "../core/core.ts";
import { call } from "./call.ts";

export function barrier(core: CommCore, options: CollectiveOptions): Promise<void> {
	return call(core, { name: "barrier", options }, runBarrier);
}

export function bcast(core: CommCore, value: unknown, options: RootOptions): Promise<unknown> {
	const { root = 0 } = options ?? {};
	return call(core, { name: "bcast", root, options }, async (channel) => {
		checkRoot("bcast", root, core.size);
		return runBcast(channel, value, root);
	});
}

export function scatter(core: CommCore, values: unknown, options: RootOptions): Promise<unknown> {
	const { root = 0 } = options ?? {};
	return call(core, { name: "scatter", root, options }, async (channel) => {
		checkRoot("scatter", root, core.size);
		if (core.rank !== root) return runScatter(channel, undefined, root);
		checkPerRank("scatter", values, core.size);
		return runScatter(channel, values, root);
	});
}

export function gather(core: CommCore, value: unknown, options: RootOptions): Promise<unknown[] | undefined> {
	const { root = 0 } = options ?? {};
	return call(core, { name: "gather", root, options }, async (channel) => {
		checkRoot("gather", root, core.size);
		return runGather(channel, value, root);
	});
}

export function allgather(core: CommCore, value: unknown, options: CollectiveOptions): Promise<unknown[]> {
	return call(core, { name: "allgather", options }, (channel) => runAllgather(channel, value));
}

export function alltoall(core: CommCore, values: unknown, options: CollectiveOptions): Promise<unknown> {
	return call(core, { name: "alltoall", options }, async (channel) => {
		if (!isTypedArray(values)) checkPerRank("alltoall", values, core.size);
		return runAlltoall(channel, values);
	});
}
