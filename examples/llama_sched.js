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
	interruptible,
	jobOptions,
	jobSettings,
	measureCache,
	nothingLeft,
	openBatch,
	prepareJob,
	prepareReport,
	printEnding,
	runBatch,
	runJob,
	serveMetrics,
	showLoading,
	startEngines,
	startMeasurement,
	startProgressBar,
	warmUp,
} from "tsmpi/llama";

/** @import { Ending, Setting } from "tsmpi/llama" */

// The process of each rank's engine starts while the ranks meet.
prepareJob(process.argv.slice(2));
const mpi = await init();

// A mistake on the command line, or a model that does not load, ends every rank with one line on stderr.
await runJob(mpi, async () => {
	const options = await jobOptions(mpi, process.argv.slice(2), "examples/llama_sched.js");
	const { batch: files, metrics: served, report } = jobSettings(options);
	await prepareReport(mpi, report);
	// The prompts and the answers: rank 0 has the files.
	const batch = await openBatch(mpi, files);
	// After a whole job, --resume says so without loading a model.
	if (options.resume && (await nothingLeft(mpi, batch, report))) return;
	// With --metrics-port, Prometheus can look at rank 0 while the job runs.
	const metrics = await serveMetrics(mpi, served);
	if (mpi.world.rank === 0 && options.print && options.model === undefined) console.log(DEMO_MODEL_NOTE);

	// While requests run, Ctrl-C ends them and not the ranks, so that what is done is reported.
	const interrupt = interruptible();
	// Once, or for each setting of --sweep: then on the ranks and with the options of that setting.
	const runSetting = async (/** @type {typeof mpi} */ part, /** @type {Setting | undefined} */ setting) => {
		const { world } = part;
		const settings = jobSettings(options, setting);
		const { model } = settings.engine;
		// One engine per rank: a process that owns llama.cpp, on this rank's GPU or its part of the host's cores.
		const engine = await showLoading(part, startEngines(part, settings.engine), { model });
		await warmUp(engine, settings.warmUp);

		const sample = options.measureCache ? await world.bcast(await batch?.sample(8)) : undefined;
		const cache = sample && (await measureCache(engine, sample));
		const measurement = await startMeasurement(part, engine, { ...settings.measure, cache });
		await world.barrier();

		// Every request ends exactly once: as an answer, or as an error with its reason. With --print the answers
		// themselves show how far the job is.
		const shown = batch !== undefined && !options.print;
		const bar = startProgressBar({ shown, batch });
		const runOptions = {
			...settings.run,
			measurement,
			signal: interrupt.signal,
			watch: metrics?.watch,
			onEnd: (/** @type {Ending} */ ending) => {
				bar.add(ending);
				return options.print ? printEnding(ending) : undefined;
			},
		};
		const outcome = await interrupt.during(() => runBatch(part, engine, batch, runOptions));
		bar.finish();
		await engine.close();
		return outcome;
	};
	const runs = await forEachSetting(mpi, options.sweep, runSetting, { signal: interrupt.signal });

	await metrics?.close();

	// Rank 0 merges the digests and prints the report. The other ranks are not needed: some may have died.
	await conclude(runs, report);
	await interrupt.finish();
});
