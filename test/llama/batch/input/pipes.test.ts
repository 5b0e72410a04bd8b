import { execFileSync } from "node:child_process";
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { Readable } from "node:stream";
import test from "ava";
import { Input } from "../../../../src/llama/batch/input/input.ts";
import { PipeSource } from "../../../../src/llama/batch/input/source/pipe-source.ts";
import { JobError } from "../../../../src/llama/index.ts";
import { fifoWith, readInput } from "../../support/input.ts";
import { temporaryFolder } from "../../support/models.ts";

const folder = temporaryFolder();
const SAMPLING = { maxTokens: 8, temperature: 0, seed: 1 };

const fifo = (name: string, content: string | Buffer) => fifoWith(join(folder, name), content);
const LINES = Array.from({ length: 50_000 }, (_, index) => `prompt ${index}`);

test("a pipe is read once, as it comes", async (t) => {
	t.deepEqual((await readInput(fifo("once", LINES.join("\n")))).all, LINES);
	const input = await Input.open({ in: fifo("twice", "a\nb\n"), requests: undefined, ...SAMPLING });
	t.is(input.path, undefined);
	t.is(input.progress, undefined);
	for await (const _ of input.entries());
	await t.throwsAsync(
		async () => {
			for await (const _ of input.entries());
		},
		{ instanceOf: JobError, message: /^Cannot read \S+twice a second time: it is a pipe$/ },
	);
});

test("a pipe that is gone round is kept, and nothing is left of it", async (t) => {
	const before = readdirSync("/tmp").filter((name) => name.startsWith("tsmpi-input-"));
	const { all } = await readInput(fifo("round", LINES.join("\n")), { requests: 50_002 });
	t.deepEqual(all, [...LINES, "prompt 0", "prompt 1"]);
	t.deepEqual(
		readdirSync("/tmp").filter((name) => name.startsWith("tsmpi-input-")),
		before,
	);
});

test("packed and other forms come through pipes too", async (t) => {
	const packed = execFileSync("gzip", ["-c"], { input: '[{"prompt":"a"},{"prompt":"b"}]' });
	t.deepEqual((await readInput(fifo("array", packed))).all, ["a", "b"]);
	t.deepEqual((await readInput(fifo("p.csv", "prompt\na\n"))).all, ["a"]);
});

test("the first lines of a pipe are looked at without waiting for more", async (t) => {
	const stream = new Readable({ read() {} });
	const source = new PipeSource("a pipe", stream, false);
	stream.push("one\n");
	const looked: string[] = [];
	for await (const chunk of source.peek()) {
		looked.push(chunk.toString());
		break;
	}
	t.deepEqual(looked, ["one\n"]);
	stream.push("two\n");
	stream.push(null);
	const read: string[] = [];
	for await (const chunk of source.read()) read.push(chunk.toString());
	t.deepEqual(read.join(""), "one\ntwo\n");
});

test("a pipe that nobody reads to its end is let go", async (t) => {
	const stream = new Readable({ read() {} });
	const source = new PipeSource("a pipe", stream, false);
	source.close();
	t.true(stream.destroyed);
});
