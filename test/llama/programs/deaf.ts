/** A batch that rank 0 interrupts while rank 1 computes and hears nothing; once it is reported, rank 0 ends the job. */
import { init } from "tsmpi";
import { conclude, openBatch, runBatch } from "tsmpi/llama";
import { EchoEngine } from "../support/engines.ts";

const mpi = await init();
const { world } = mpi;
const controller = new AbortController();

class DeafEngine extends EchoEngine {
	override async *generate(...request: Parameters<EchoEngine["generate"]>) {
		// Long enough for rank 0 to lose its patience.
		if (world.rank === 1) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 10_000);
		yield* super.generate(...request);
	}
}

const batch = await openBatch(mpi, { requests: 100 });
let ended = 0;
const outcome = await runBatch(mpi, new DeafEngine(), batch, {
	signal: controller.signal,
	onEnd: () => {
		ended += 1;
		if (ended === 20) controller.abort("SIGINT");
		return undefined;
	},
});
await conclude(outcome);
if (world.rank === 0) await mpi.abort(0);
