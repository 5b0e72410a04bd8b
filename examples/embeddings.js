/**
 * Which lines of a file mean nearly the same? Every rank embeds its part of the lines, an allgather gives all vectors to
 * all ranks, and every rank compares its own lines with all others.
 *
 *   npx tsmpirun -np 4 examples/embeddings.js lines.txt --model embedding-model.gguf
 */
import { readFileSync } from "node:fs";
import { init } from "tsmpi";
import {
	BUILT_IN_PROMPTS,
	DEMO_MODEL_NOTE,
	fromRoot,
	jobSettings,
	parseOptions,
	runJob,
	startEngines,
} from "tsmpi/llama";

const mpi = await init();
const { world } = mpi;

await runJob(mpi, async () => {
	const [first = "", ...rest] = process.argv.slice(2);
	const file = first === "" || first.startsWith("-") ? undefined : first;
	const options = await fromRoot(world, () =>
		parseOptions(file === undefined ? process.argv.slice(2) : rest, "examples/embeddings.js [FILE]"),
	);
	const lines = await fromRoot(world, () =>
		file === undefined
			? BUILT_IN_PROMPTS
			: readFileSync(file, "utf8")
					.split("\n")
					.filter((line) => line.trim() !== ""),
	);
	if (world.rank === 0 && options.model === undefined) console.log(DEMO_MODEL_NOTE);
	const engine = await startEngines(mpi, jobSettings(options).engine);

	// Rank r has the lines from `from` up to `to`.
	const from = Math.floor((lines.length * world.rank) / world.size);
	const to = Math.floor((lines.length * (world.rank + 1)) / world.size);
	const own = await Promise.all(lines.slice(from, to).map((line) => engine.embed(line)));
	const vectors = (await world.allgather(own)).flat();

	// All vectors have length 1: the dot product is the cosine of the angle between them.
	const nearest = own.map((vector, place) => {
		const similar = vectors.map((other, index) => (index === from + place ? -Infinity : dot(vector, other)));
		const best = Math.max(...similar);
		return { line: from + place, other: similar.indexOf(best), similarity: best };
	});

	const all = (await world.gather(nearest))?.flat() ?? [];
	for (const { line, other, similarity } of all.sort((a, b) => b.similarity - a.similarity)) {
		if (other >= 0) console.log(`${similarity.toFixed(4)}  ${lines[line]}  ~  ${lines[other]}`);
	}
	await engine.close();
});

/**
 * @param {Float32Array} a
 * @param {Float32Array} b
 */
function dot(a, b) {
	return a.reduce((sum, value, index) => sum + value * (b[index] ?? 0), 0);
}
