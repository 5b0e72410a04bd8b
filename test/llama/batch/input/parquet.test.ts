import { execFileSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import test from "ava";
import { parquetWriteBuffer } from "hyparquet-writer";
import { fifoWith, readInput, user } from "../../support/input.ts";
import { temporaryFolder } from "../../support/models.ts";

const folder = temporaryFolder();
const LINES = Array.from({ length: 2500 }, (_, index) => `prompt ${index} Zoë 😀`);
const IDS = LINES.map((_, index) => 2n ** 60n + BigInt(index));

type Codec = "SNAPPY" | "UNCOMPRESSED" | "GZIP" | "ZSTD";
const compressors = {
	GZIP: (bytes: Uint8Array) => gzipSync(bytes),
	ZSTD: (bytes: Uint8Array) => execFileSync("zstd", ["-qc"], { input: bytes }),
};

function write(name: string, codec: Codec = "SNAPPY"): string {
	const path = join(folder, name);
	const buffer = parquetWriteBuffer({
		columnData: [
			{ name: "id", data: IDS, type: "INT64" },
			{ name: "prompt", data: LINES, type: "STRING" },
			{ name: "n", data: LINES.map((_, index) => index), type: "INT32" },
		],
		rowGroupSize: 1000,
		...{ codec, compressors },
	});
	writeFileSync(path, Buffer.from(buffer));
	return path;
}

test("Parquet is read group by group, with every digit of its ids", async (t) => {
	for (const codec of ["SNAPPY", "UNCOMPRESSED", "GZIP", "ZSTD"] as const) {
		const { all, requests, input } = await readInput(write(`${codec}.parquet`, codec), { keepFields: ["n"] });
		t.deepEqual(all, LINES);
		t.like(requests[1], { kept: { id: `${2n ** 60n + 1n}`, n: 1 } });
		t.is(input.progress?.bytesRead, input.progress?.bytes);
	}
});

test("Parquet is seen by what is in it, packed and out of a pipe too", async (t) => {
	const path = write("table");
	t.deepEqual((await readInput(path)).all, LINES);
	execFileSync("gzip", ["-k", path]);
	t.deepEqual((await readInput(`${path}.gz`)).all, LINES);
	const pipe = fifoWith(join(folder, "pipe"), readFileSync(path));
	t.deepEqual((await readInput(pipe)).all, LINES);
});

test("columns of messages are messages; columns that are needed must be there", async (t) => {
	const path = join(folder, "messages.parquet");
	const messages = [[user("a")], [user("b"), { role: "assistant", content: "c" }]];
	const buffer = parquetWriteBuffer({ columnData: [{ name: "messages", data: messages, type: "JSON" }] });
	writeFileSync(path, Buffer.from(buffer));
	t.deepEqual((await readInput(path)).all, messages);
	const options = { promptField: "question" };
	await t.throwsAsync(readInput(path, options), {
		message: /it has no column "question"; its columns are "messages"$/,
	});
});

test("damaged Parquet is refused", async (t) => {
	const path = write("damaged.parquet");
	writeFileSync(path, readFileSync(path).subarray(0, -100));
	await t.throwsAsync(readInput(path), {
		message: /^Cannot read the prompts in \S+: it is damaged, or not like other Parquet \(/,
	});
});
