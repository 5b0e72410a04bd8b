import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { open } from "node:fs/promises";
import { join } from "node:path";
import test from "ava";
import { Journal } from "../../../../src/llama/batch/output/journal.ts";
import { JobError } from "../../../../src/llama/index.ts";
import { temporaryFolder } from "../../support/models.ts";

const folder = temporaryFolder();

test("Journal writes every line once, in order, in groups", async (t) => {
	const path = join(folder, "out");
	const journal = await Journal.open(path);
	for (let index = 0; index < 5000; index++) void journal.write(`line ${index}`);
	await journal.close();
	t.is(journal.written, 5000);
	t.is(readFileSync(path, "utf8"), Array.from({ length: 5000 }, (_, index) => `line ${index}\n`).join(""));
});

test("Journal is under pressure while a reader does not read, and not when it has", async (t) => {
	const path = join(folder, "pipe");
	execFileSync("mkfifo", [path]);
	const [journal, reader] = await Promise.all([Journal.open(path), open(path, "r")]);
	t.is(journal.pressure, undefined);
	const line = "x".repeat(1 << 20);
	for (let index = 0; index < 6; index++) void journal.write(line);
	const { pressure } = journal;
	t.true(pressure instanceof Promise);
	t.is(journal.written, 0);
	let bytes = 0;
	const buffer = Buffer.alloc(1 << 20);
	while (bytes < 6 * ((1 << 20) + 1)) bytes += (await reader.read(buffer)).bytesRead;
	await pressure;
	t.is(journal.pressure, undefined);
	await journal.close();
	t.is(journal.written, 6);
	await reader.close();
});

test("Journal rejects what comes after a line that could not be written", async (t) => {
	const journal = await Journal.open("/dev/full");
	void journal.write("lost");
	await t.throwsAsync(journal.close(), {
		instanceOf: JobError,
		message: /^Cannot write \/dev\/full: .*ENOSPC/,
	});
	t.throws(() => journal.write("more"), { instanceOf: JobError });
});
