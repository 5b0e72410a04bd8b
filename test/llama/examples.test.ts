import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import test, { type ExecutionContext } from "ava";
import { BUILT_IN_PROMPTS, DEMO_MODEL_NOTE } from "../../src/llama/index.ts";
import { tsmpirun } from "../support/run.ts";
import { turns } from "../support/turns.ts";
import { temporaryFolder } from "./support/models.ts";

const folder = temporaryFolder();
const example = (name: string) => fileURLToPath(new URL(`../../../examples/${name}`, import.meta.url));
const inTurn = turns(1);

async function lines(t: ExecutionContext, size: number, name: string, ...args: string[]): Promise<string[]> {
	const { code, stdout, stderr } = await inTurn(() =>
		tsmpirun(t, ["-np", `${size}`, example(name), ...args]),
	);
	t.deepEqual([code, stderr], [0, ""]);
	const [note, ...rest] = stdout.trimEnd().split("\n");
	t.is(note, DEMO_MODEL_NOTE);
	return rest;
}

test("best_of_n.js on 1 and 3 ranks has the same answers and judges alike", async (t) => {
	const run = (size: number) =>
		lines(t, size, "best_of_n.js", "Why?", "--requests", "5", "--max-tokens", "12");
	const three = await run(3);
	const candidates = three.slice(0, -1).map((line) => /^(.) (\d\.\d{4}) rank (\d), seed (\d): "/.exec(line));
	t.deepEqual(
		candidates.map((match) => [match?.[3], match?.[4]]),
		[0, 1, 2, 3, 4].map((index) => [`${index % 3}`, `${index + 1}`]),
	);
	const scores = candidates.map((match) => Number(match?.[2]));
	const best = scores.indexOf(Math.max(...scores));
	t.deepEqual(
		candidates.map((match) => match?.[1]),
		scores.map((_, index) => (index === best ? "*" : " ")),
	);
	t.is(three.at(-1), `The judge takes answer ${best + 1} of 5`);
	const withoutRanks = (all: readonly string[]) => all.map((line) => line.replace(/rank \d/, ""));
	t.deepEqual(withoutRanks(await run(1)), withoutRanks(three));
});

test("map_reduce.js on 1 and 3 ranks goes through the same parts to the same summary", async (t) => {
	const file = join(folder, "long.txt");
	const sentence = (index: number) =>
		`Sentence ${index} of a long story about ${"very ".repeat(index % 7)}little.\n\n`;
	// One without any end, too: it is cut.
	writeFileSync(file, Array.from({ length: 80 }, (_, index) => sentence(index)).join("") + "x".repeat(3000));
	const run = (size: number) =>
		lines(t, size, "map_reduce.js", file, "--ctx-size", "256", "--max-tokens", "24");
	const three = await run(3);
	const counts = three.slice(0, -1).map((line) => Number(/^(\d+) parts?$/.exec(line)?.[1]));
	t.true(counts.length >= 3 && (counts[0] ?? 0) > 20, counts.join(" "));
	t.true(counts.every((count, round) => round === 0 || count < (counts[round - 1] ?? 0)));
	t.is(counts.at(-1), 1);
	t.true((three.at(-1) ?? "").length > 0);
	t.deepEqual(await run(1), three);
});

test("map_reduce.js says what is wrong with its file or with its context", async (t) => {
	const run = async (...args: string[]) => {
		const { code, stderr } = await inTurn(() => tsmpirun(t, ["-np", "2", example("map_reduce.js"), ...args]));
		return [code, /abort\(\d\): (.*)\n$/.exec(stderr)?.[1]];
	};
	t.deepEqual(await run(), [2, "Cannot summarise: name a file, as in map_reduce.js book.txt"]);
	const missing = join(folder, "missing.txt");
	t.deepEqual(await run(missing), [1, `ENOENT: no such file or directory, open '${missing}'`]);
	const file = join(folder, "some.txt");
	writeFileSync(file, "A sentence. ".repeat(60));
	const [code, message] = await run(file, "--ctx-size", "128", "--max-tokens", "60");
	t.is(code, 1);
	t.regex(
		`${message}`,
		/^Cannot reduce \d+ summaries: no two fit a context of 128 tokens; give a larger --ctx-size/,
	);
});

test("embeddings.js on 1 and 4 ranks finds each line's nearest", async (t) => {
	const file = join(folder, "lines.txt");
	// The last two are the same.
	writeFileSync(file, [...BUILT_IN_PROMPTS.slice(0, 5), "Twice.", "Twice."].join("\n"));
	const four = await lines(t, 4, "embeddings.js", file);
	t.is(four.length, 7);
	t.deepEqual(four.slice(0, 2), ["1.0000  Twice.  ~  Twice.", "1.0000  Twice.  ~  Twice."]);
	const parts = four.map((line) => line.split("  "));
	t.deepEqual(parts.map(([, line]) => line).sort(), readFileSync(file, "utf8").split("\n").sort());
	t.true(parts.every(([similarity]) => Number(similarity) <= 1 && Number(similarity) > 0));
	t.deepEqual(await lines(t, 1, "embeddings.js", file), four);
});
