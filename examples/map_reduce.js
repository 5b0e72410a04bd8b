/**
 * Summarises a file that is too long for any context: parts of it are summarised on all ranks (map), then the summaries
 * of neighbours together, until one is left (reduce).
 *
 *   npx tsmpirun -np 4 examples/map_reduce.js book.txt --model m.gguf --max-tokens 200
 */
import { readFileSync } from "node:fs";
import { init } from "tsmpi";
import {
	atRoot,
	complete,
	DEMO_MODEL_NOTE,
	fromRoot,
	JobError,
	jobSettings,
	parseOptions,
	runJob,
	startEngines,
} from "tsmpi/llama";

const mpi = await init();
const { world } = mpi;

await runJob(mpi, async () => {
	const [file, ...rest] = process.argv.slice(2);
	const options = await fromRoot(world, () => {
		if (file === undefined)
			throw new JobError("Cannot summarise: name a file, as in map_reduce.js book.txt", 2);
		return parseOptions(rest, "examples/map_reduce.js FILE");
	});
	const document = await atRoot(world, () => readFileSync(file ?? "", "utf8"));
	if (world.rank === 0 && options.model === undefined) console.log(DEMO_MODEL_NOTE);
	const engine = await startEngines(mpi, jobSettings(options).engine);
	const ask = (/** @type {string} */ text) => `Summarise in a few sentences:\n\n${text}\n\nSummary:`;
	const summarise = async (/** @type {string} */ text) => {
		const { maxTokens = 64, seed } = options;
		return (await complete(engine, ask(text), { maxTokens, temperature: 0, seed })).text;
	};

	// What fits a context, with room for the question and the answer.
	const { contextSize } = engine.info;
	const fits = async (/** @type {string} */ text) =>
		(await engine.countTokens(ask(text))) + (options.maxTokens ?? 64) <= contextSize;

	let parts = await atRoot(world, () => pack(document?.split(/(?<=\n\s*\n)|(?<=[.!?]\s)/) ?? [], fits));
	for (;;) {
		// Every rank goes round as often as rank 0, which alone has the parts.
		const count = await world.bcast(parts?.length ?? 0);
		if (world.rank === 0) console.log(`${count} ${count === 1 ? "part" : "parts"}`);
		const own = await world.scatter(parts && blocks(parts, world.size));
		const summaries = (await world.gather(await Promise.all(own.map(summarise))))?.flat() ?? [];
		if (world.rank === 0 && count <= 1) console.log(summaries[0] ?? "The file is empty");
		if (count <= 1) break;
		parts = await atRoot(world, async () => {
			const fewer = await pack(
				summaries.map((text) => `${text}\n`),
				fits,
			);
			if (fewer.length < count) return fewer;
			throw new JobError(
				`Cannot reduce ${count} summaries: no two fit a context of ${contextSize} tokens; give a larger --ctx-size or a smaller --max-tokens`,
			);
		});
	}
	await engine.close();
});

/**
 * Joins neighbours to texts that fit; a text that is too long by itself is halved.
 *
 * @param {string[]} pieces
 * @param {(text: string) => Promise<boolean>} fits
 */
async function pack(pieces, fits) {
	/** @type {string[]} */
	const packed = [];
	const queue = pieces.filter((text) => text.trim() !== "");
	for (let piece = queue.shift(); piece !== undefined; piece = queue.shift()) {
		const last = packed.at(-1);
		if (last !== undefined && (await fits(last + piece))) packed[packed.length - 1] = last + piece;
		else if (piece.length < 2 || (await fits(piece))) packed.push(piece);
		else queue.unshift(piece.slice(0, piece.length / 2), piece.slice(piece.length / 2));
	}
	return packed;
}

/**
 * Cuts a list into as many blocks as there are ranks, as even as can be and in order.
 *
 * @param {string[]} items
 * @param {number} size
 */
function blocks(items, size) {
	const at = (/** @type {number} */ rank) => Math.floor((items.length * rank) / size);
	return Array.from({ length: size }, (_, rank) => items.slice(at(rank), at(rank + 1)));
}
