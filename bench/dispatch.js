// What handing out a prompt costs: rank 0 reads a file, hands its prompts to 4 ranks whose engines answer at once, and
// writes the answers. A file of a million prompts must fit a rank 0 of 300 MB.
//   npx tsmpirun -np 4 bench/dispatch.js [PROMPTS] [POLICY] [CHARACTERS] [MS_PER_TOKEN]
import { createWriteStream, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { init } from "tsmpi";
import { atRoot, openBatch, runBatch, startMeasurement } from "tsmpi/llama";
import { pacedEngine } from "./paced-engine.js";

const mpi = await init();
const { world } = mpi;
const prompts = Number(process.argv[2] ?? 20_000);
const policy = /** @type {import("tsmpi/llama").Policy} */ (process.argv[3] ?? "dynamic");
const characters = Number(process.argv[4] ?? 250);
const inflight = 16;

const engine = pacedEngine({ slots: inflight, msPerToken: Number(process.argv[5] ?? 0) });
const folder = await atRoot(world, () => mkdtempSync(join(tmpdir(), "bench-dispatch-")));
const file = await atRoot(world, async () => {
	const path = join(folder ?? "", "in.jsonl");
	await pipeline(Readable.from(lines()), createWriteStream(path));
	return path;
});
const batch = await openBatch(mpi, {
	in: file,
	out: join(folder ?? "", "out.jsonl"),
	temperature: 0,
	maxTokens: 64,
});

function* lines() {
	const content = "words that stand for a prompt ".repeat(Math.ceil(characters / 30));
	for (let index = 0; index < prompts; index++) {
		const body = { model: "m", messages: [{ role: "user", content: `${index} ${content}` }] };
		const request = { custom_id: `request-${index}`, method: "POST", url: "/v1/chat/completions", body };
		yield `${JSON.stringify(request)}\n`;
	}
}

let peak = 0;
let ended = 0;
const measurement = await startMeasurement(mpi, engine);
const start = performance.now();
const outcome = await runBatch(mpi, engine, batch, {
	...{ policy, inflight, measurement },
	onEnd: () => {
		if (++ended % 100 === 0) peak = Math.max(peak, process.memoryUsage.rss());
		return undefined;
	},
});
if (outcome !== undefined && folder !== undefined) {
	const ms = performance.now() - start;
	const { lost, duplicate } = outcome.delivery;
	console.log(
		`${prompts} prompts on ${world.size} ranks (${policy}): ${((ms * 1000) / prompts).toFixed(0)} us per prompt, ` +
			`rank 0 at most ${(peak / 2 ** 20).toFixed(0)} MiB, ${lost} lost, ${duplicate} duplicate`,
	);
	rmSync(folder, { recursive: true });
}
