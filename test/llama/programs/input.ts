/** Runs the requests that its command line names, as llama_sched.js does, on engines that repeat them. */
import { init } from "tsmpi";
import { jobSettings, openBatch, parseOptions, runBatch, runJob } from "tsmpi/llama";
import { EchoEngine } from "../support/engines.ts";

const mpi = await init();
await runJob(mpi, async () => {
	const { batch: files } = jobSettings(parseOptions(process.argv.slice(2), "input.js"));
	const batch = await openBatch(mpi, files);
	if (mpi.world.rank === 0) console.log("engines are started");
	await runBatch(mpi, new EchoEngine(), batch);
});
