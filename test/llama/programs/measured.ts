/** The README's program that measures its own requests. */
import { init } from "tsmpi";
import {
	formatReport,
	jobSettings,
	mergeStatistics,
	parseOptions,
	runRecorded,
	startEngines,
	startMeasurement,
} from "tsmpi/llama";

const mpi = await init();
const options = parseOptions(process.argv.slice(2), "program.js");
const engine = await startEngines(mpi, jobSettings(options).engine);

const { recorder, stop } = await startMeasurement(mpi, engine);
const prompts = ["Once upon a time", "It was a dark night", "Call me"];
await Promise.all(
	prompts.map((prompt, index) => runRecorded(recorder, engine, prompt, { maxTokens: 16 }, { index })),
);
const statistics = await mpi.world.gather(await stop());
if (statistics !== undefined) {
	process.stdout.write(formatReport(mergeStatistics(statistics, { model: "mine", inflight: 3 })));
}
await engine.close();
