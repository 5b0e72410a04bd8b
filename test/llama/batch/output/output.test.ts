import { execFileSync } from "node:child_process";
import {
	chmodSync,
	chownSync,
	existsSync,
	linkSync,
	lstatSync,
	mkdirSync,
	readdirSync,
	readFileSync,
	statSync,
	symlinkSync,
	writeFileSync,
} from "node:fs";
import { open } from "node:fs/promises";
import { join } from "node:path";
import test from "ava";
import { KeyTable } from "../../../../src/llama/batch/output/key-table.ts";
import { Output } from "../../../../src/llama/batch/output/output.ts";
import { plainIndex, plainKey } from "../../../../src/llama/batch/output/read-answer-line.ts";
import { rewrite } from "../../../../src/llama/batch/output/rewrite.ts";
import { JobError } from "../../../../src/llama/index.ts";
import { temporaryFolder } from "../../support/models.ts";

const folder = temporaryFolder();
const at = (name: string) => join(folder, name);
const fingerprint = (index: number) => `${index}`.padStart(32, "0");
const line = (index: number, error: string | null = null) =>
	JSON.stringify({ index, rank: 0, text: error === null ? "yes" : null, error, key: fingerprint(index) });

function fill(path: string, lines: readonly string[]): void {
	writeFileSync(path, lines.map((each) => `${each}\n`).join(""));
}

function indices(path: string): number[] {
	return readFileSync(path, "utf8")
		.trimEnd()
		.split("\n")
		.map((each) => JSON.parse(each).index);
}

/** What `--resume --retry-failed` and the order at the end do to a file: both write it anew. */
async function writeAnew(path: string): Promise<void> {
	const output = await Output.open(path, true);
	await output.readOld(new KeyTable(), true);
	await output.begin(true);
	void output.write(line(1));
	await output.close(plainIndex);
}

test("a link stays a link, and what it leads to keeps its mode and owner", async (t) => {
	mkdirSync(at("big"));
	fill(at("big/o"), [line(2), line(1, "no"), line(0)]);
	chmodSync(at("big/o"), 0o640);
	const mine = process.getuid?.() === 0 ? 12345 : statSync(at("big/o")).uid;
	chownSync(at("big/o"), mine, mine);
	symlinkSync("big/o", at("o"));
	await writeAnew(at("o"));
	t.true(lstatSync(at("o")).isSymbolicLink());
	const { mode, uid, gid } = statSync(at("big/o"));
	t.deepEqual([mode & 0o7777, uid, gid], [0o640, mine, mine]);
	t.deepEqual(indices(at("big/o")), [0, 1, 2]);
	t.deepEqual(readdirSync(at("big")), ["o"], "nothing is left beside it");
});

test("a file with several names keeps them", async (t) => {
	fill(at("hard"), [line(2), line(1, "no"), line(0)]);
	linkSync(at("hard"), at("hard.also"));
	await writeAnew(at("hard"));
	t.is(statSync(at("hard")).ino, statSync(at("hard.also")).ino);
	t.deepEqual(indices(at("hard.also")), [0, 1, 2]);
	t.deepEqual(
		readdirSync(folder).filter((name) => name.startsWith("hard")),
		["hard", "hard.also"],
	);
});

test("a copy into a file with several names that a crash has interrupted is finished by the next job", async (t) => {
	fill(at("crash"), [line(2)]);
	const whole = `${at("crash")}.tsmpi-whole-${statSync(at("crash")).ino}`;
	fill(whole, [line(0), line(1)]);
	const output = await Output.open(at("crash"), true);
	await output.close();
	t.deepEqual(indices(at("crash")), [0, 1]);
	t.false(existsSync(whole));
});

test("a rewrite that fails leaves the file as it was", async (t) => {
	fill(at("fails"), [line(0)]);
	await t.throwsAsync(
		rewrite(at("fails"), async () => {
			throw new Error("no room");
		}),
		{ instanceOf: JobError, message: `Cannot write ${at("fails")}: no room` },
	);
	t.deepEqual(indices(at("fails")), [0]);
	t.deepEqual(
		readdirSync(folder).filter((name) => name.startsWith("fails")),
		["fails"],
	);
});

test("old answers are never overwritten, and the new file has the mode of the old one", async (t) => {
	mkdirSync(at("old"));
	for (const index of [0, 1, 2, 3]) {
		const output = await Output.open(at("old/o"), false);
		if (index === 1) chmodSync(at("old/o"), 0o600);
		await output.begin(false);
		void output.write(line(index));
		await output.close(plainIndex);
	}
	t.deepEqual(readdirSync(at("old")), ["o", "o.old", "o.old.1", "o.old.2"]);
	t.deepEqual(
		["o.old", "o.old.1", "o.old.2", "o"].map((name) => indices(at(`old/${name}`))),
		[[0], [1], [2], [3]],
	);
	t.is(statSync(at("old/o")).mode & 0o777, 0o600);
});

test("one file through two paths is one output", async (t) => {
	mkdirSync(at("here"));
	symlinkSync(at("here"), at("there"));
	symlinkSync("../here/o", at("here/link"));
	const output = await Output.open(at("here/o"), false);
	for (const path of [at("there/o"), at("here/link"), `${folder}/here/../here/o`]) {
		await t.throwsAsync(Output.open(path, true), {
			message: /^Cannot write \S+here\/o: this program writes it already/,
		});
	}
	await output.close();
});

test("a pipe that nobody read yet is not opened before the first answer, and never to resume", async (t) => {
	execFileSync("mkfifo", [at("pipe")]);
	await t.throwsAsync(Output.open(at("pipe"), true), {
		message: `Cannot resume with ${at("pipe")}: it is not a regular file`,
	});
	const output = await Output.open(at("pipe"), false);
	const [reader] = await Promise.all([open(at("pipe"), "r"), output.begin(false)]);
	void output.write(line(1));
	void output.write(line(0));
	await output.close(plainIndex);
	t.is(await reader.readFile("utf8"), `${line(1)}\n${line(0)}\n`);
	await reader.close();
	t.deepEqual(
		readdirSync(folder).filter((name) => name.startsWith("pipe")),
		["pipe"],
	);
});

test("devices are written without a lock, and - is explained", async (t) => {
	const outputs = await Promise.all([Output.open("/dev/null", false), Output.open("/dev/null", false)]);
	for (const output of outputs) {
		await output.begin(false);
		void output.write(line(0));
		await output.close(plainIndex);
		t.is(output.written, 1);
	}
	t.false(existsSync("/dev/null.lock"));
	await t.throwsAsync(Output.open("-", false), {
		message: /^Cannot write the answers to -: name a file; \/dev\/stdout /,
	});
});

test("what an earlier fault has answered twice is told, kept beside, and answered once", async (t) => {
	fill(at("double"), [line(0, "no"), line(1), line(0), line(1), line(2, "no"), line(2, "again")]);
	const output = await Output.open(at("double"), true);
	const table = new KeyTable();
	t.is(await output.readOld(table, false), 0);
	await output.release();
	t.deepEqual(
		readFileSync(at("double"), "utf8").trimEnd().split("\n"),
		[line(1), line(0), line(2, "no")],
		"the first good one, or else the first",
	);
	t.is(indices(at("double.old")).length, 6);
	t.deepEqual(
		[0, 1, 2].map((index) => table.get(plainKey(index))?.failed),
		[false, false, true],
	);
	const again = await Output.open(at("double"), true);
	t.is(await again.readOld(new KeyTable(), true), 1, "the failed one is tried again");
	await again.release();
	t.deepEqual(indices(at("double")), [1, 0]);
	t.false(existsSync(at("double.old.1")), "nothing was thrown away this time");
});
