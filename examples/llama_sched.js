/**
 * Runs a file of prompts on N llama.cpp engines, one per rank, and prints one report.
 *
 *   tsmpirun -np 2 examples/llama_sched.js
 *   tsmpirun -np 4 examples/llama_sched.js --model m.gguf --in batch.jsonl --out answers.jsonl
 *   tsmpirun -np 4 examples/llama_sched.js --model m.gguf --in batch.jsonl --out answers.jsonl --resume
 *   tsmpirun -np 4 examples/llama_sched.js --model m.gguf --sweep np=1,2,4
 *
 * Rank 0 reads the prompts as they are needed and hands them out to whichever rank has room (or by another --policy);
 * every rank runs several at a time on its own engine. Rank 0 appends the answers to the output as they come, and
 * gathers the latency digests at the end.
 */
import { init } from "tsmpi";
import {
	canShowProgress,
	conclude,
	DEMO_MODEL_NOTE,
	forEachSetting,
	fromRoot,
	measureCache,
	openBatch,
	parseOptions,
	prepareReport,
	printEnding,
	runBatch,
	runJob,
	startEngines,
	startMeasurement,
	startProgress,
	warmUp,
} from "tsmpi/llama";

const mpi = await init();

// A mistake on the command line, or a model that does not load, ends every rank with one line on stderr.
await runJob(mpi, async () => {
	const options = await fromRoot(mpi.world, () =>
		parseOptions(process.argv.slice(2), "examples/llama_sched.js"),
	);
	// The prompts and the answers: rank 0 has the files.
	const { prompts, out, requests, maxTokens, temperature, seed, resume, retryFailed, ordered } = options;
	await prepareReport(mpi, options);
	const sampling = { maxTokens, temperature, seed };
	const batch = await openBatch(mpi, {
		in: prompts,
		out,
		requests,
		...sampling,
		resume,
		retryFailed,
		ordered,
	});
	if (mpi.world.rank === 0 && options.print && options.model === undefined) console.log(DEMO_MODEL_NOTE);

	// Once, or for each setting of --sweep: then on the ranks and with the options of that setting.
	const runs = await forEachSetting(mpi, options, async (part, setting) => {
		const { world } = part;
		// One engine per rank: a process that owns llama.cpp, on this rank's GPU or its part of the host's cores.
		const engine = await startEngines(part, setting);
		await warmUp(engine, setting);

		const sample = setting.measureCache ? await world.bcast(await batch?.sample(8)) : undefined;
		const nonce = `${setting.seed}-${world.rank}`;
		const cache = sample && (await measureCache(engine, sample, { nonce }));
		const timeline = setting.html !== undefined || setting.trace !== undefined;
		const measurement = await startMeasurement(part, engine, { ...setting, timeline, cache });
		await world.barrier();

		// Every request ends exactly once: as an answer, or as an error with its reason. With --print the answers
		// themselves show how far the job is.
		const shown = batch !== undefined && canShowProgress() && !setting.print;
		const progress = startProgress(shown, batch?.total);
		const { policy, inflight, rate, burstiness } = setting;
		const outcome = await runBatch(part, engine, batch, {
			...{ policy, inflight, rate, burstiness, seed: setting.seed, measurement },
			onEnd: (ending) => {
				progress.add(ending);
				return setting.print ? printEnding(ending) : undefined;
			},
		});
		progress.finish();
		await engine.close();
		return outcome;
	});

	// Rank 0 merges the digests and prints the report. The other ranks are not needed: some may have died.
	if (mpi.world.rank === 0) await conclude(runs, options);
});
