import { execFileSync } from "node:child_process";
import {
	appendFileSync,
	linkSync,
	readFileSync,
	renameSync,
	rmSync,
	truncateSync,
	unlinkSync,
	writeFileSync,
} from "node:fs";
import { join } from "node:path";
import test, { type ExecutionContext } from "ava";
import { Journal } from "../../../../src/llama/batch/output/journal.ts";
import { JobError } from "../../../../src/llama/index.ts";
import { temporaryFolder } from "../../support/models.ts";

const folder = temporaryFolder();

/** A journal with three lines in its file, behind one that was there before. */
async function withThree(name: string) {
	const path = join(folder, name);
	writeFileSync(path, "before\n");
	const journal = await Journal.open(path);
	for (const line of ["one", "two", "three"]) void journal.write(line);
	await untilWritten(journal, 3);
	return { journal, path };
}

async function untilWritten(journal: Journal, count: number): Promise<void> {
	while (journal.written < count) await new Promise((resolve) => setImmediate(resolve));
}

/** What the next line and the end meet. */
async function refused(t: ExecutionContext, journal: Journal): Promise<string> {
	void journal.write("four");
	const { message } = await t.throwsAsync(journal.close(), { instanceOf: JobError });
	t.throws(() => journal.write("five"), { message });
	t.is(journal.written, 0);
	return message;
}

test("a file that nobody touches is left without a word", async (t) => {
	const { journal, path } = await withThree("whole");
	await journal.close();
	t.is(readFileSync(path, "utf8"), "before\none\ntwo\nthree\n");
});

const EVENTS: readonly (readonly [string, (path: string) => void, RegExp])[] = [
	[
		"is deleted",
		(path) => rmSync(path),
		/: it was deleted during the job: 4 answers of this job, and those that it had before, are lost$/,
	],
	[
		"is replaced",
		(path) => {
			writeFileSync(`${path}.other`, "other\n");
			renameSync(`${path}.other`, path);
		},
		/: another file was put in its place during the job: 4 answers of this job, .* are lost$/,
	],
	[
		"is moved",
		(path) => renameSync(path, `${path}.moved`),
		/: it was moved during the job: all answers so far are in \S+is moved\.moved; move it back and use --resume to go on$/,
	],
	[
		"loses its name and has another",
		(path) => {
			linkSync(path, `${path}.link`);
			unlinkSync(path);
		},
		/: it was moved during the job: /,
	],
	[
		"is emptied",
		(path) => truncateSync(path, 0),
		/: it was cut during the job, from 26 to 5 bytes: some of the 4 answers/,
	],
	["is cut", (path) => truncateSync(path, 10), /: it was cut during the job, from 26 to 15 bytes: /],
	[
		"is written by others",
		(path) => appendFileSync(path, "x\n"),
		/: something else writes to it: it has 28 bytes, and this job knows of 26; /,
	],
];

for (const [what, happen, message] of EVENTS) {
	test(`a file that ${what} is an error, at the next line and at the end`, async (t) => {
		const { journal, path } = await withThree(what);
		happen(path);
		t.regex(await refused(t, journal), message);

		const last = await withThree(`${what} at the end`);
		happen(last.path);
		await t.throwsAsync(last.journal.close(), { instanceOf: JobError, message: /^Cannot go on with / });
	});
}

test("what may not be written any more is not written", async (t) => {
	const path = join(folder, "taken");
	let taken = false;
	const journal = await Journal.open(path, async () => {
		if (taken) throw new JobError("it is another's");
	});
	void journal.write("one");
	await untilWritten(journal, 1);
	taken = true;
	void journal.write("two");
	await t.throwsAsync(journal.close(), { message: "it is another's" });
	t.is(readFileSync(path, "utf8"), "one\n");
});

test("a reader that went away ends it with one line", async (t) => {
	const path = join(folder, "pipe");
	execFileSync("mkfifo", [path]);
	const { open } = await import("node:fs/promises");
	const [journal, reader] = await Promise.all([Journal.open(path), open(path, "r")]);
	await reader.close();
	void journal.write("one");
	await t.throwsAsync(journal.close(), { message: `Cannot write ${path}: nobody reads it any more` });
});
