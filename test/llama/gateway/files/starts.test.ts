import { appendFile, chmod, mkdir, readdir, readFile, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import test from "ava";
import OpenAI from "openai";
import type { BatchObject } from "../../../../src/llama/gateway/files/batch-object.ts";
import { DataFolder } from "../../../../src/llama/gateway/files/data-folder.ts";
import { batchWhen, begin, folder, lines, outputOf, stage, until } from "./stage.ts";

/** What a batch came to: each request has one answer. */
async function checkWhole(client: OpenAI, id: string, count: number): Promise<string[]> {
	const done = await batchWhen(client, id);
	const output = await outputOf(client, done.output_file_id);
	const names = output.map(({ custom_id: name }) => name ?? "").sort();
	const counts = done.request_counts;
	if (done.status !== "completed" || counts?.completed !== count || counts.failed !== 0) {
		throw new Error(`It came to ${JSON.stringify(done)}`);
	}
	return names;
}

const NAMES = lines(6).map((_, index) => `r${index}`);

test("a server that drains: no request fails, and the next start runs what has no answer", async (t) => {
	const first = await stage(t, { answers: false });
	const { id } = await begin(first.client, lines(6));
	const waits = await begin(first.client, lines(2));
	await until(() => first.rank.ids.length === 2);
	first.rank.answer(first.rank.ids[0] ?? -1);
	await until(() => first.rank.ids.length === 3);
	// The calls end as a server's do whose gateway drains before its files are closed.
	void first.gateway.drain({ queued: "fail", retryAfterMs: 1 });
	await first.close();
	const refused = await t.throwsAsync(begin(first.client, lines(1)), { instanceOf: OpenAI.APIError });
	t.is(refused?.status, 503);
	t.deepEqual(first.bugs, []);
	const second = await stage(t, { dataDir: first.dataDir });
	t.deepEqual(await checkWhole(second.client, id, 6), NAMES);
	t.is((await batchWhen(second.client, waits.id)).status, "completed");
	t.is(second.rank.ids.length, 5 + 2, "what was answered did not run again");
});

test("a server that was killed: half a line is run again, an output that was made is made once", async (t) => {
	const first = await stage(t, { answers: false });
	const { id } = await begin(first.client, lines(6));
	await until(() => first.rank.ids.length === 2);
	first.rank.answer(first.rank.ids[0] ?? -1);
	const answers = join(first.dataDir, "batches", `${id}.jsonl`);
	await until(() => first.rank.ids.length === 3);
	await first.close();
	const whole = await readFile(answers, "utf8");
	await appendFile(answers, whole.slice(0, 50));
	const second = await stage(t, { dataDir: first.dataDir });
	t.deepEqual(await checkWhole(second.client, id, 6), NAMES);
	await second.close();
	// As if it had been killed before the end was told.
	const path = join(first.dataDir, "batches", `${id}.json`);
	const state = JSON.parse(await readFile(path, "utf8")) as BatchObject;
	const output = await readFile(join(first.dataDir, "files", state.output_file_id ?? ""), "utf8");
	await writeFile(answers, output);
	await writeFile(path, JSON.stringify({ ...state, status: "finalizing", completed_at: null }));
	const third = await stage(t, { dataDir: first.dataDir });
	t.deepEqual(await checkWhole(third.client, id, 6), NAMES);
	t.is(third.rank.ids.length, 0);
	t.is((await third.client.files.list()).data.length, 2);
});

test("a batch that was being cancelled is cancelled by the next start, with half a line in its answers", async (t) => {
	const first = await stage(t, { answers: false });
	const { id } = await begin(first.client, lines(6));
	await until(() => first.rank.ids.length === 2);
	first.rank.answer(first.rank.ids[0] ?? -1);
	await until(() => first.rank.ids.length === 3);
	await first.close();
	const { batches } = { batches: join(first.dataDir, "batches") };
	const state = JSON.parse(await readFile(join(batches, `${id}.json`), "utf8")) as BatchObject;
	await writeFile(join(batches, `${id}.json`), JSON.stringify({ ...state, status: "cancelling" }));
	await appendFile(join(batches, `${id}.jsonl`), '{"id": "batch_re');
	const second = await stage(t, { dataDir: first.dataDir });
	const done = await batchWhen(second.client, id);
	t.like(done, { status: "cancelled", request_counts: { completed: 1, failed: 0 } });
	t.deepEqual(second.bugs, []);
	t.deepEqual(await readdir(batches), [`${id}.json`]);
});

test("a batch whose time was over before it was looked at, while no server ran", async (t) => {
	const first = await stage(t);
	const { id } = await begin(first.client, lines(3));
	await batchWhen(first.client, id);
	await first.close();
	const path = join(first.dataDir, "batches", `${id}.json`);
	const state = JSON.parse(await readFile(path, "utf8")) as BatchObject;
	const before = {
		output_file_id: null,
		completed_at: null,
		request_counts: { total: 0, completed: 0, failed: 0 },
	};
	await writeFile(path, JSON.stringify({ ...state, ...before, status: "validating", expires_at: 1 }));
	const second = await stage(t, { dataDir: first.dataDir });
	const done = await batchWhen(second.client, id);
	t.is(done.status, "expired");
	t.deepEqual(done.request_counts, { total: 3, completed: 0, failed: 3 });
	t.is((await outputOf(second.client, done.error_file_id)).length, 3);
	t.is(second.rank.ids.length, 0);
});

test("two servers on one folder: the second is told in one line who has it", async (t) => {
	const { dataDir } = await stage(t);
	const error = await t.throwsAsync(DataFolder.open(dataDir), { code: "ERR_JOB" });
	t.regex(error?.message ?? "", new RegExp(`^Cannot use --data-dir ${dataDir}: .*pid ${process.pid}`));
	t.false(error?.message.includes("\n"));
});

test("a folder that cannot be used is a line that says why", async (t) => {
	const path = await folder(t);
	await writeFile(join(path, "file"), "");
	await t.throwsAsync(DataFolder.open(join(path, "file", "data")), {
		code: "ERR_JOB",
		message: /^Cannot use --data-dir .*ENOTDIR/,
	});
	await t.throwsAsync(DataFolder.open(path), {
		code: "ERR_JOB",
		message: /other things in it, such as file/,
	});
});

test("a folder is for nobody else: new, empty, or of an earlier start", async (t) => {
	const path = join(await folder(t), "a", "data");
	await mkdir(path, { recursive: true });
	await chmod(path, 0o755);
	for (let start = 0; start < 2; start++) {
		const data = await DataFolder.open(path);
		t.is((await stat(path)).mode & 0o777, 0o700);
		await data.release();
		await chmod(path, 0o755);
	}
});

test("a state that is damaged is a line that names its file", async (t) => {
	const first = await stage(t);
	await first.close();
	await writeFile(join(first.dataDir, "batches", "batch_x.json"), "{");
	await t.throwsAsync(stage(t, { dataDir: first.dataDir }), {
		message: /^Cannot use --data-dir .*batch_x\.json/,
	});
});
