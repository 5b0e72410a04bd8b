/**
 * Runs a file of prompts on N llama.cpp engines, one per rank, and prints one report.
 *
 *   tsmpirun -np 2 examples/llama_sched.js
 *   tsmpirun -np 4 examples/llama_sched.js --model m.gguf --prompts prompts.txt --out answers.jsonl
 *
 * Rank 0 reads the prompts and scatters them round-robin: rank r gets prompts r, N + r, 2 N + r, ... Every rank runs its
 * share on its own engine, several requests at a time. Rank 0 gathers the answers and the latency digests.
 */
import { init } from "tsmpi";
import {
	atRoot,
	canShowProgress,
	DEMO_MODEL_NOTE,
	formatReport,
	formatResult,
	fromRoot,
	loadWork,
	makeReport,
	parseOptions,
	roundRobin,
	runJob,
	runShare,
	startEngines,
	startProgress,
	warmUp,
	writeOutputs,
} from "tsmpi/llama";

const mpi = await init();
const { world } = mpi;

// A mistake on the command line, or a model that does not load, ends every rank with one line on stderr.
await runJob(mpi, async () => {
	const options = await fromRoot(world, () => parseOptions(process.argv.slice(2), "examples/llama_sched.js"));
	const work = await atRoot(world, () => loadWork(options));

	// One engine per rank: a process that owns llama.cpp, on this rank's GPU or its part of the host's cores.
	const engine = await startEngines(mpi, options);
	await warmUp(engine, options);

	if (world.rank === 0 && options.print && options.model === undefined) console.log(DEMO_MODEL_NOTE);

	// Each rank gets a list of { index, prompt }.
	const share = await world.scatter(work && roundRobin(work, world.size));

	// With --print the answers themselves show how far the job is.
	const progress = await startProgress(world, canShowProgress() && !options.print ? work?.length : undefined);
	await world.barrier();

	// Every prompt ends exactly once: as a result, or as an error with its reason.
	const outcome = await runShare(engine, share, {
		...options,
		rank: world.rank,
		host: mpi.hostname,
		onResult: (result) => {
			progress.add(result);
			if (options.print) process.stdout.write(formatResult(result));
		},
	});
	await progress.finish();
	await engine.close();

	// Rank 0 puts the answers back in prompt order and merges the digests.
	const outcomes = await world.gather(outcome);
	await atRoot(world, async () => {
		if (outcomes === undefined) return;
		const report = makeReport(outcomes, options);
		await writeOutputs(outcomes, report, options);
		process.stdout.write(formatReport(report));
		if (report.total.failed > 0) process.exitCode = 1;
	});
});
