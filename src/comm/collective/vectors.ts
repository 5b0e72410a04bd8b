import { allgatherv as runAllgatherv } from "../../collectives/allgatherv.ts";
import { alltoallv as runAlltoallv } from "../../collectives/alltoallv.ts";
import { gatherv as runGatherv } from "../../collectives/gatherv.ts";
import { scatterv as runScatterv } from "../../collectives/scatterv.ts";
import type { TypedArray } from "../../wire/payload.ts";
import type { AllgathervOptions, AlltoallvOptions, GathervOptions, ScattervOptions } from "../api/options.ts";
import { checkRoot } from "../core/arguments.ts";
import type { CommCore } from "../core/core.ts";
import { call } from "./call.ts";

export function scatterv(
	core: CommCore,
	array: TypedArray | undefined,
	options: ScattervOptions,
): Promise<unknown> {
	const { root = 0, counts, displs } = options ?? {};
	return call(core, { name: "scatterv", root, options }, async (channel) => {
		checkRoot("scatterv", root, core.size);
		return runScatterv(channel, array, counts, displs, root);
	});
}

export function gatherv(
	core: CommCore,
	array: TypedArray,
	options: GathervOptions,
): Promise<TypedArray | undefined> {
	const { root = 0, counts, displs } = options ?? {};
	return call(core, { name: "gatherv", root, options }, async (channel) => {
		checkRoot("gatherv", root, core.size);
		return runGatherv(channel, array, root, { counts, displs });
	});
}

export function allgatherv(
	core: CommCore,
	array: TypedArray,
	options: AllgathervOptions,
): Promise<TypedArray> {
	const { counts, displs } = options ?? {};
	return call(core, { name: "allgatherv", options }, (channel) =>
		runAllgatherv(channel, array, { counts, displs }),
	);
}

export function alltoallv(core: CommCore, array: TypedArray, options: AlltoallvOptions): Promise<TypedArray> {
	const { sendCounts, sendDispls, recvCounts, recvDispls } = options ?? {};
	return call(core, { name: "alltoallv", options }, (channel) => {
		const layout = { counts: recvCounts, displs: recvDispls };
		return runAlltoallv(channel, array, sendCounts, sendDispls, layout);
	});
}
