/**
 * Runs a file of prompts on N llama.cpp engines, one per rank, and prints one report.
 *
 *   tsmpirun -np 2 examples/llama_sched.js
 *   tsmpirun -np 4 examples/llama_sched.js --model m.gguf --prompts prompts.txt --out answers.jsonl
 *   tsmpirun -np 4 examples/llama_sched.js --model m.gguf --sweep np=1,2,4
 *
 * Rank 0 reads the prompts and scatters them round-robin: rank r gets prompts r, N + r, 2 N + r, ... Every rank runs its
 * share on its own engine, several requests at a time. Rank 0 gathers the answers and the latency digests.
 */
import { init } from "tsmpi";
import {
	atRoot,
	canShowProgress,
	conclude,
	DEMO_MODEL_NOTE,
	forEachSetting,
	formatResult,
	fromRoot,
	loadWork,
	measureCache,
	parseOptions,
	roundRobin,
	runJob,
	runShare,
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
	const work = await atRoot(mpi.world, () => loadWork(options));
	if (mpi.world.rank === 0 && options.print && options.model === undefined) console.log(DEMO_MODEL_NOTE);

	// Once, or for each setting of --sweep: then on the ranks and with the options of that setting.
	const runs = await forEachSetting(mpi, options, async (part, setting) => {
		const { world } = part;
		// One engine per rank: a process that owns llama.cpp, on this rank's GPU or its part of the host's cores.
		const engine = await startEngines(part, setting);
		await warmUp(engine, setting);

		// Each rank gets a list of { index, prompt }.
		const share = await world.scatter(work && roundRobin(work, world.size));
		const prompts = share.map(({ prompt }) => prompt);
		const nonce = `${setting.seed}-${world.rank}`;
		const cache = setting.measureCache ? await measureCache(engine, prompts, { nonce }) : undefined;

		// With --print the answers themselves show how far the job is.
		const total = canShowProgress() && !setting.print ? work?.length : undefined;
		const progress = await startProgress(world, total);
		const timeline = setting.html !== undefined || setting.trace !== undefined;
		const measurement = await startMeasurement(part, engine, { ...setting, timeline, cache });
		await world.barrier();

		// Every prompt ends exactly once: as a result, or as an error with its reason.
		const results = await runShare(engine, share, {
			...setting,
			rank: world.rank,
			recorder: measurement.recorder,
			onResult: (result) => {
				progress.add(result);
				if (setting.print) process.stdout.write(formatResult(result));
			},
		});
		await progress.finish();
		const statistics = await measurement.stop();
		await engine.close();
		return await world.gather({ results, statistics });
	});

	// Rank 0 puts the answers back in prompt order, merges the digests and prints the report.
	await atRoot(mpi.world, () => conclude(runs, options));
});
