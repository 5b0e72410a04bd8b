/**
 * Best of N: every rank answers the same question several times, each time with another seed, and one rank judges.
 *
 *   npx tsmpirun -np 3 examples/best_of_n.js "Why is the sky blue?" --requests 12 --model m.gguf
 *
 * The judge takes the answer that agrees most with all others: the one whose embedding is on average the most similar
 * to theirs. Odd ones out lose, and the judge needs no prompt of its own.
 */
import { init } from "tsmpi";
import {
	complete,
	DEMO_MODEL_NOTE,
	fromRoot,
	jobSettings,
	parseOptions,
	runJob,
	startEngines,
} from "tsmpi/llama";

const JUDGE = 0;
const mpi = await init();
const { world } = mpi;

await runJob(mpi, async () => {
	const [first = "", ...rest] = process.argv.slice(2);
	const asked = first !== "" && !first.startsWith("-");
	const question = asked ? first : "Why is the sky blue?";
	const options = await fromRoot(world, () =>
		parseOptions(asked ? rest : process.argv.slice(2), "examples/best_of_n.js"),
	);
	const answers = options.requests ?? 8;
	if (world.rank === 0 && options.model === undefined) console.log(DEMO_MODEL_NOTE);
	const engine = await startEngines(mpi, jobSettings(options).engine);

	// Rank r gives answers r, size + r, ... An engine runs as many at a time as it has slots.
	const own = Array.from({ length: answers }, (_, index) => index).filter(
		(index) => index % world.size === world.rank,
	);
	const texts = await Promise.all(
		own.map(async (index) => {
			const { maxTokens = 64, temperature = 0.8, seed } = options;
			const messages = [{ role: "user", content: question }];
			const { text } = await complete(engine, messages, { maxTokens, temperature, seed: seed + index });
			return { index, text };
		}),
	);

	const gathered = await world.gather(texts, { root: JUDGE });
	if (gathered !== undefined) {
		const candidates = gathered.flat().sort((a, b) => a.index - b.index);
		const vectors = await Promise.all(candidates.map(({ text }) => engine.embed(text)));
		const scores = vectors.map((vector) => mean(vectors.map((other) => dot(vector, other))));
		const best = scores.indexOf(Math.max(...scores));
		for (const [place, { index, text }] of candidates.entries()) {
			const mark = place === best ? "*" : " ";
			console.log(
				`${mark} ${scores[place]?.toFixed(4)} rank ${index % world.size}, seed ${options.seed + index}: ${JSON.stringify(text)}`,
			);
		}
		console.log(`The judge takes answer ${best + 1} of ${answers}`);
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

/** @param {number[]} values */
function mean(values) {
	return values.reduce((sum, value) => sum + value, 0) / values.length;
}
