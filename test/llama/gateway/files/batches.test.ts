import { readdir } from "node:fs/promises";
import { join } from "node:path";
import test from "ava";
import OpenAI from "openai";
import { settled } from "../../support/replicas.ts";
import { batchWhen, begin, CHAT, line, lines, outputOf, stage, until, upload } from "./stage.ts";

test("a batch runs: its states and times, its answers, and what is wrong with a body as an error of its line", async (t) => {
	const { client, dataDir, printed, bugs } = await stage(t);
	const bad = line("bad", {}, { temperature: -1 });
	const unknown = line("unknown", {}, { fun: true });
	const batch = await begin(client, [...lines(3), bad, unknown], { metadata: { what: "a test" } });
	t.like(batch, { object: "batch", endpoint: CHAT, status: "validating", completion_window: "24h" });
	t.is((batch.expires_at ?? 0) - batch.created_at, 86_400);
	const done = await batchWhen(client, batch.id);
	t.like(done, { status: "completed", errors: null, failed_at: null, cancelled_at: null });
	t.deepEqual(done.request_counts, { total: 5, completed: 3, failed: 2 });
	t.deepEqual(done.metadata, { what: "a test" });
	const times = [done.created_at, done.in_progress_at, done.finalizing_at, done.completed_at];
	t.true(times.every((time, i) => (time ?? 0) >= (times[i - 1] ?? 1)));
	const output = await outputOf(client, done.output_file_id);
	t.deepEqual(output.map(({ custom_id: id }) => id).sort(), ["r0", "r1", "r2"]);
	t.like(output[0], { error: null, response: { status_code: 200 } });
	const errors = await outputOf(client, done.error_file_id);
	t.deepEqual(errors.map(({ custom_id: id }) => id).sort(), ["bad", "unknown"]);
	for (const { response } of errors) {
		t.is(response?.status_code, 400);
		const { error } = (response?.body ?? {}) as { error: { message: string } };
		t.regex(error.message, /line [45] of in\.jsonl/);
		t.false(error.message.includes(dataDir));
	}
	t.is((await client.files.retrieve(done.output_file_id ?? "")).purpose, "batch_output");
	// Nothing but its state is left beside the files.
	t.deepEqual(await readdir(join(dataDir, "batches")), [`${batch.id}.json`]);
	t.deepEqual([printed, bugs], [[], []]);
});

test("a file with lines that are no requests fails as a whole, and each line is named", async (t) => {
	const { client, rank } = await stage(t);
	const batch = await begin(client, [
		line("a"),
		"{not json",
		line("a"),
		line("b", { url: "/v1/embeddings" }),
		line("c", { method: "GET" }),
		line("d", { custom_id: undefined }),
		line("e", { body: "text" }),
		line("f", { custom_id: 7 }),
		line("g", { url: "/v1/fun" }),
		'"text"',
		'{"prompt": "hello"}',
	]);
	const done = await batchWhen(client, batch.id);
	t.is(done.status, "failed");
	t.truthy(done.failed_at);
	t.is(done.output_file_id ?? null, null);
	t.deepEqual(
		done.errors?.data?.map(({ code, line: number, param }) => [number, code, param]),
		[
			[2, "invalid_json_line", null],
			[3, "duplicate_custom_id", "custom_id"],
			[4, "invalid_url", "url"],
			[5, "invalid_method", "method"],
			[6, "missing_required_parameter", "custom_id"],
			[7, "invalid_request", "body"],
			[8, "invalid_custom_id", "custom_id"],
			[9, "invalid_url", "url"],
			[10, "invalid_json_line", null],
			[11, "missing_required_parameter", "custom_id"],
		],
	);
	t.deepEqual(rank.ids, [], "nothing of it ran");
});

test("files that are nothing to run: blank, not text, packed, and with more mistakes than are listed", async (t) => {
	const { client, dataDir } = await stage(t);
	const errorsOf = async (text: string | readonly string[]) => {
		const { id } = await begin(client, text);
		const { status, errors } = await batchWhen(client, id);
		t.is(status, "failed");
		t.false(JSON.stringify(errors).includes(dataDir));
		return errors?.data ?? [];
	};
	for (const [text, message] of [
		["\n \n", /in in\.jsonl: the file has none$/],
		["PAR1 and so on", /it is Parquet, not jsonl$/],
	] as const) {
		const [error] = await errorsOf(text);
		t.is(error?.code, "invalid_file");
		t.regex(error?.message ?? "", message);
	}
	const many = await errorsOf(Array.from({ length: 150 }, () => "no"));
	t.is(many.length, 101);
	t.like(many.at(-1), { code: "more_errors", message: "50 more lines cannot be run" });
});

test("what a new batch is made of is checked, and errors name it", async (t) => {
	const { client } = await stage(t);
	const { id } = await upload(client, lines(1));
	const other = await upload(client, lines(1), "evals");
	const good = { input_file_id: id, endpoint: CHAT, completion_window: "24h" };
	const bad: [object, string, RegExp?][] = [
		[{ input_file_id: "file-none" }, "input_file_id", /"file-none"/],
		[{ input_file_id: "../server" }, "input_file_id"],
		[{ input_file_id: other.id }, "input_file_id", /purpose "batch", not "evals"/],
		[{ endpoint: "/v1/moderations" }, "endpoint", /one of \/v1\/chat/],
		[{ completion_window: "1d" }, "completion_window"],
		[{ completion_window: "999h" }, "completion_window"],
		[{ metadata: { a: 1 } }, "metadata.a"],
		[{ metadata: { a: "x".repeat(513) } }, "metadata.a"],
		[{ metadata: { ["k".repeat(65)]: "" } }, "metadata"],
		[{ metadata: Object.fromEntries(Array.from({ length: 17 }, (_, i) => [i, ""])) }, "metadata"],
		[{ output_expires_after: { anchor: "created_at", seconds: 1 } }, "output_expires_after"],
		[{ fun: 1 }, "fun"],
	];
	for (const [fields, param, message = /./] of bad) {
		const error = await t.throwsAsync(
			client.batches.create({ ...good, ...fields } as unknown as OpenAI.BatchCreateParams),
			{ instanceOf: OpenAI.BadRequestError, message },
		);
		t.is(error?.param, param, JSON.stringify(fields));
	}
	t.deepEqual((await client.batches.list()).data, []);
	const metadata = Object.fromEntries(Array.from({ length: 16 }, (_, i) => [`${i}`, "x".repeat(512)]));
	const keeps = { anchor: "created_at", seconds: 3600 } as const;
	const batch = await client.batches.create({
		...{ input_file_id: id, endpoint: CHAT, completion_window: "24h", metadata },
		output_expires_after: keeps,
	});
	const done = await batchWhen(client, batch.id);
	const output = await client.files.retrieve(done.output_file_id ?? "");
	t.is((output.expires_at ?? 0) - output.created_at, 3600);
});

test("batches run one after the other in their order, counts grow, and lists have pages", async (t) => {
	const { client, rank } = await stage(t, { answers: false, slots: 2 });
	const ids: string[] = [];
	for (let i = 0; i < 3; i++) ids.push((await begin(client, lines(3))).id);
	const counts = [];
	for (let answered = 0; answered < 9; answered++) {
		await until(() => rank.ids.length > answered);
		await settled();
		const batch = await client.batches.retrieve(ids[Math.floor(answered / 3)] ?? "");
		counts.push([batch.status, batch.request_counts?.completed]);
		const later = await client.batches.retrieve(ids[2] ?? "");
		if (answered < 6) t.is(later.status, "validating");
		rank.answer(rank.ids[answered] ?? -1);
	}
	const each = [0, 1, 2].map((completed) => ["in_progress", completed]);
	t.deepEqual(counts, [...each, ...each, ...each]);
	for (const id of ids) t.is((await batchWhen(client, id)).status, "completed");
	const page = await client.batches.list({ limit: 2 });
	t.true(page.has_more);
	t.deepEqual(
		page.data.map(({ id }) => id),
		[ids[2] ?? "", ids[1] ?? ""],
	);
	const next = await page.getNextPage();
	t.deepEqual(
		next.data.map(({ id }) => id),
		[ids[0] ?? ""],
	);
	await t.throwsAsync(client.batches.list({ limit: 101 }), { instanceOf: OpenAI.BadRequestError });
});

test("a batch is cancelled while it runs: what was answered is its output, and nothing more runs", async (t) => {
	const { client, rank, bugs } = await stage(t, { answers: false });
	const { id } = await begin(client, lines(6));
	await until(() => rank.ids.length === 2);
	rank.answer(rank.ids[0] ?? -1);
	await until(() => rank.ids.length === 3);
	const cancelling = await client.batches.cancel(id);
	t.is(cancelling.status, "cancelling");
	t.truthy(cancelling.cancelling_at);
	const done = await batchWhen(client, id);
	t.is(done.status, "cancelled");
	t.truthy(done.cancelled_at);
	t.deepEqual(done.request_counts, { total: 6, completed: 1, failed: 0 });
	t.deepEqual(
		(await outputOf(client, done.output_file_id)).map(({ custom_id: name }) => name),
		["r0"],
	);
	t.is(rank.ids.length, 3);
	t.deepEqual([...rank.cancels].sort(), rank.ids.slice(1));
	await t.throwsAsync(client.batches.cancel(id), { instanceOf: OpenAI.ConflictError });
	await t.throwsAsync(client.batches.cancel("batch_none"), { instanceOf: OpenAI.NotFoundError });
	t.deepEqual(bugs, []);
});

test("a batch that waits for its turn is cancelled at once, and those behind it do not wait for it", async (t) => {
	const { client, rank } = await stage(t, { answers: false, slots: 1 });
	const [first, second, third] = [
		await begin(client, lines(1)),
		await begin(client, lines(2)),
		await begin(client, lines(1)),
	];
	await until(() => rank.ids.length === 1);
	await client.batches.cancel(second.id);
	t.is((await batchWhen(client, second.id)).status, "cancelled");
	t.is((await client.batches.retrieve(first.id)).status, "in_progress");
	rank.answer(...rank.ids);
	await until(() => rank.ids.length === 2);
	rank.answer(...rank.ids.slice(1));
	t.is((await batchWhen(client, third.id)).status, "completed");
	t.is(rank.ids.length, 2);
});

test("batches that are cancelled as soon as they are made, several times each", async (t) => {
	const { client, storage, rank, bugs } = await stage(t);
	const { id } = await upload(client, lines(20));
	const wish = {
		inputFileId: id,
		endpoint: CHAT,
		completionWindow: "1h",
		windowSeconds: 3600,
		metadata: null,
	};
	const all = await Promise.all(Array.from({ length: 10 }, () => storage.batches.create(wish)));
	await Promise.all([...all, ...all].map((batch) => storage.batches.cancel(batch)));
	for (const batch of all) t.is((await batchWhen(client, batch.id)).status, "cancelled");
	t.deepEqual([rank.ids.length <= 2, bugs], [true, []]);
});

test("a batch whose time is over: answers stay, and what was not run is an error of its line", async (t) => {
	const { client, storage, rank, bugs } = await stage(t, { answers: false });
	const file = await upload(client, lines(5));
	const wish = { inputFileId: file.id, endpoint: CHAT, completionWindow: "1h", metadata: null };
	const { id } = await storage.batches.create({ ...wish, windowSeconds: 4 });
	await until(() => rank.ids.length === 2);
	rank.answer(rank.ids[0] ?? -1);
	const done = await batchWhen(client, id);
	t.is(done.status, "expired");
	t.truthy(done.expired_at);
	t.deepEqual(done.request_counts, { total: 5, completed: 1, failed: 4 });
	const errors = await outputOf(client, done.error_file_id);
	t.deepEqual(
		errors.map(({ custom_id: name, response, error }) => [name, response, error?.code]),
		["r1", "r2", "r3", "r4"].map((name) => [name, null, "batch_expired"]),
	);
	t.is((await outputOf(client, done.output_file_id)).length, 1);
	t.deepEqual(bugs, []);
});

test("a file that a batch needs is not deleted before the batch is over", async (t) => {
	const { client, rank } = await stage(t, { answers: false });
	const batch = await begin(client, lines(1));
	const file = batch.input_file_id;
	const error = await t.throwsAsync(client.files.delete(file), { instanceOf: OpenAI.ConflictError });
	t.regex(error?.message ?? "", new RegExp(`${batch.id}.*cancel that first`));
	await until(() => rank.ids.length === 1);
	rank.answer(...rank.ids);
	const { output_file_id: output } = await batchWhen(client, batch.id);
	t.true((await client.files.delete(file)).deleted);
	t.true((await client.files.delete(output ?? "")).deleted);
	t.is((await client.batches.retrieve(batch.id)).status, "completed");
});

test("a server that wants the model's name wants it in a batch's lines, too", async (t) => {
	const { client } = await stage(t, { strictModel: true });
	const { id } = await begin(client, [line("right"), line("wrong", {}, { model: "other" })]);
	const done = await batchWhen(client, id);
	t.deepEqual(done.request_counts, { total: 2, completed: 1, failed: 1 });
	const [error] = await outputOf(client, done.error_file_id);
	t.is(error?.response?.status_code, 404);
});
