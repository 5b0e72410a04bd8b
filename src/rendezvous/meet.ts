import { Worker } from "node:worker_threads";
import { MpiError } from "../base/errors.ts";
import { ownFolder } from "../base/own-folder.ts";
import type { Connect } from "../control/control.ts";
import type { Placement } from "../control/environment.ts";
import { ControlThread } from "./control-thread.ts";
import type { ThreadToRank } from "./messages.ts";
import { readSettings } from "./settings.ts";

/** The launcher's side of a job without tsmpirun. */
const THREAD = new URL("../launch/rendezvous/main.js", ownFolder);

/**
 * Meets the other processes of the job at the address that TSMPI_RENDEZVOUS names.
 *
 * @throws {MpiError} ERR_OTHER where the environment is wrong, or not all have come in time.
 */
export async function meet(env: NodeJS.ProcessEnv): Promise<{ place: Placement; connect: Connect }> {
	const worker = new Worker(THREAD, { workerData: readSettings(env) });
	const control = new ControlThread(worker);
	const { place, network } = await welcome(control);
	return {
		place,
		connect: async (onMessage) => {
			onMessage({ type: "network", network });
			control.onMessage = onMessage;
			return control;
		},
	};
}

async function welcome(control: ControlThread): Promise<Extract<ThreadToRank, { type: "welcome" }>> {
	const first = await control.first;
	if (first.type === "welcome") return first;
	control.close();
	throw new MpiError("ERR_OTHER", first.type === "failed" ? first.text : "The job ended before it began");
}
