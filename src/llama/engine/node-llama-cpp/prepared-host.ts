import type { GpuChoice } from "../options.ts";
import { HostProcess } from "./host-process.ts";

let prepared: { readonly host: HostProcess; readonly gpu: GpuChoice } | undefined;

/** Starts the process of an engine that is not there yet, once. It ends with this process, or when another one is needed. */
export function prepareHost(gpu: GpuChoice = "auto"): void {
	if (prepared !== undefined) return;
	const host = new HostProcess();
	host.send({ type: "prepare", gpu });
	prepared = { host, gpu };
}

/** The process for an engine: the one that was prepared for this device, while it lives; else a new one. */
export function takeHost(gpu: GpuChoice): HostProcess {
	const taken = prepared;
	prepared = undefined;
	if (taken?.gpu === gpu && taken.host.alive) return taken.host;
	void taken?.host.close();
	return new HostProcess();
}

/** Ends the process that was prepared, if nothing has taken it. */
export function dropPreparedHost(): void {
	const unused = prepared;
	prepared = undefined;
	void unused?.host.close();
}
