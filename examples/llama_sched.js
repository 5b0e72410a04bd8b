#!/usr/bin/env node
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
	conclude,
	DEMO_MODEL_NOTE,
	forEachSetting,
	fromRoot,
	jobSettings,
	measureCache,
	openBatch,
	parseOptions,
	prepareJob,
	prepareReport,
	printEnding,
	runBatch,
	runJob,
	startEngines,
	startMeasurement,
	startProgressBar,
	warmUp,
} from "tsmpi/llama";

// The process of each rank's engine starts while the ranks meet.
prepareJob(process.argv.slice(2));
const mpi = await init();

// A mistake on the command line, or a model that does not load, ends every rank with one line on stderr.
await runJob(mpi, async () => {
	const options = await fromRoot(mpi.world, () =>
		parseOptions(process.argv.slice(2), "examples/llama_sched.js"),
	);
	const { batch: files, report } = jobSettings(options);
	await prepareReport(mpi, report);
	// The prompts and the answers: rank 0 has the files.
	const batch = await openBatch(mpi, files);
	if (mpi.world.rank === 0 && options.print && options.model === undefined) console.log(DEMO_MODEL_NOTE);

	// Once, or for each setting of --sweep: then on the ranks and with the options of that setting.
	const runs = await forEachSetting(mpi, options.sweep, async (part, setting) => {
		const { world } = part;
		const settings = jobSettings(options, setting);
		// One engine per rank: a process that owns llama.cpp, on this rank's GPU or its part of the host's cores.
		const engine = await startEngines(part, settings.engine);
		await warmUp(engine, settings.warmUp);

		const sample = options.measureCache ? await world.bcast(await batch?.sample(8)) : undefined;
		const cache = sample && (await measureCache(engine, sample));
		const measurement = await startMeasurement(part, engine, { ...settings.measure, cache });
		await world.barrier();

		// Every request ends exactly once: as an answer, or as an error with its reason. With --print the answers
		// themselves show how far the job is.
		const shown = batch !== undefined && !options.print;
		const bar = startProgressBar({ shown, total: batch?.total });
		const outcome = await runBatch(part, engine, batch, {
			...settings.run,
			measurement,
			onEnd: (ending) => {
				bar.add(ending);
				return options.print ? printEnding(ending) : undefined;
			},
		});
		bar.finish();
		await engine.close();
		return outcome;
	});

	// Rank 0 merges the digests and prints the report. The other ranks are not needed: some may have died.
	await conclude(runs, report);
});
