#!/usr/bin/env node
/**
 * Sends requests to any server with OpenAI's API, from all ranks together, and prints one report.
 *
 *   tsmpirun -np 2 examples/llama_load.js --url http://127.0.0.1:8090 --requests 200 --concurrency 16
 *   tsmpirun -np 2 examples/llama_load.js --url http://127.0.0.1:8090 --rate 20 --duration 60 --lengths sharegpt
 *   tsmpirun -np 2 examples/llama_load.js --url http://127.0.0.1:8090 --conversations 24 --turns 6 --shared-prefix 300
 *   tsmpirun -np 2 examples/llama_load.js --url http://127.0.0.1:8090 --in batch.jsonl --slo ttft=500,tpot=50
 *
 * Rank 0 asks the server what it is and reads the file of requests; every rank sends its part and measures it. Rank 0
 * merges the latency digests at the end.
 */
import { init } from "tsmpi";
import {
	conclude,
	fromRoot,
	interruptible,
	loadOptions,
	loadReport,
	planLoad,
	prepareReport,
	runJob,
	runLoad,
} from "tsmpi/llama";

const mpi = await init();

// A mistake on the command line, or a server that does not answer, ends every rank with one line on stderr.
await runJob(mpi, async () => {
	const { world } = mpi;
	// The options of rank 0 count, and so do its file of requests and its API key.
	const options = await fromRoot(world, () => loadOptions(process.argv.slice(2), "examples/llama_load.js"));
	const report = loadReport(options, world.size);
	await prepareReport(mpi, report);
	const plan = await fromRoot(world, () => planLoad(options));

	// Ctrl-C ends the requests and not the ranks, so that what is done is reported.
	const interrupt = interruptible();
	const outcome = await interrupt.during(() => runLoad(mpi, plan, { signal: interrupt.signal }));

	await conclude(outcome, report);
	await interrupt.finish();
});
