import { appendFileSync, existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import test from "ava";
import { Batch, type BatchOptions } from "../../../src/llama/batch/batch.ts";
import type { BadLine, BatchRequest } from "../../../src/llama/batch/files/request.ts";
import { JobError } from "../../../src/llama/index.ts";
import { temporaryFolder } from "../support/models.ts";

const folder = temporaryFolder();
const at = (name: string) => join(folder, name);
const usage = { promptTokens: 5, cachedTokens: 2, completionTokens: 3 };
const timings = { queueMs: 1, ttftMs: 2, totalMs: 3.00049 };
const completion = { text: "yes", finishReason: "stop", usage, timings } as const;
const answer = { kind: "generated", choices: [completion], usage, timings } as const;
const batchLine = (id: string, content = "Hi") =>
	JSON.stringify({
		custom_id: id,
		method: "POST",
		url: "/v1/chat/completions",
		body: { model: "m", messages: [{ role: "user", content }] },
	});

function options(name: string, changes: Partial<BatchOptions> = {}): BatchOptions {
	return {
		...{ in: at(`${name}.in.jsonl`), out: at(`${name}.out.jsonl`), requests: undefined },
		...{ maxTokens: 8, temperature: 0, seed: 1, resume: false, retryFailed: false, ordered: false },
		...changes,
	};
}

function write(name: string, lines: readonly string[]): void {
	writeFileSync(at(`${name}.in.jsonl`), lines.map((line) => `${line}\n`).join(""));
}

async function all(batch: Batch): Promise<(BatchRequest | BadLine)[]> {
	const requests: (BatchRequest | BadLine)[] = [];
	for await (const portion of batch.requests()) requests.push(...portion);
	return requests;
}

/** Answers all that is open, the last one first, or fails it if `fails` says so. */
async function runAll(batch: Batch, fails: (id: string | null) => boolean = () => false) {
	const requests = await all(batch);
	for (const request of requests.toReversed()) {
		if (!("task" in request)) await batch.fail(request, null, request);
		else if (fails(request.customId)) await batch.fail(request, 1, { code: "prompt", message: "no" });
		else await batch.answer(request, 1, answer, "model.gguf");
	}
	await batch.close();
	return requests.map(({ customId }) => customId);
}

function linesOf(
	path: string | undefined,
): { custom_id: unknown; error: unknown; response: { status_code: number; body: unknown } }[] {
	const text = readFileSync(path ?? "", "utf8");
	return text === ""
		? []
		: text
				.trimEnd()
				.split("\n")
				.map((line) => JSON.parse(line));
}

test("a batch's answers have OpenAI's form, and what cannot be run is an error line", async (t) => {
	write("form", [batchLine("a"), "", "{bad", batchLine("b")]);
	const batch = await Batch.open(options("form"));
	t.is(batch.total, undefined);
	t.deepEqual(await runAll(batch, (id) => id === "b"), ["a", null, "b"]);
	const [b, bad, a] = linesOf(options("form").out);
	t.like(b, {
		custom_id: "b",
		response: { status_code: 400, body: { error: { code: "prompt", message: "no" } } },
	});
	t.like(bad, { custom_id: null, response: { body: { error: { code: "invalid_json" } } }, error: null });
	t.like(a, {
		custom_id: "a",
		error: null,
		response: {
			status_code: 200,
			body: {
				object: "chat.completion",
				model: "model.gguf",
				choices: [
					{
						index: 0,
						finish_reason: "stop",
						logprobs: null,
						message: { role: "assistant", content: "yes", refusal: null },
					},
				],
				usage: {
					prompt_tokens: 5,
					completion_tokens: 3,
					total_tokens: 8,
					prompt_tokens_details: { cached_tokens: 2 },
				},
				tsmpi: { rank: 1, queue_ms: 1, ttft_ms: 2, total_ms: 3 },
			},
		},
	});
	t.deepEqual(batch.counts, { read: 3, skipped: 0, failedBefore: 0, retried: 0 });
	t.is(batch.written, 3);
});

test("--resume skips what is answered, also with an error, and cuts off a torn line", async (t) => {
	write(
		"resume",
		["a", "b", "c", "d"].map((id) => batchLine(id)),
	);
	const first = await Batch.open(options("resume", { requests: 3 }));
	await runAll(first, (id) => id === "b");
	const { out } = options("resume");
	appendFileSync(out ?? "", '{"id":"batch_req_0123","custom_id":"d","resp');
	const second = await Batch.open(options("resume", { resume: true }));
	t.deepEqual(await runAll(second), ["d"]);
	t.deepEqual(second.counts, { read: 4, skipped: 3, failedBefore: 1, retried: 0 });
	t.deepEqual(
		linesOf(out).map(({ custom_id: id }) => id),
		["c", "b", "a", "d"],
	);

	const third = await Batch.open(options("resume", { resume: true, retryFailed: true, ordered: true }));
	t.deepEqual(await runAll(third), ["b"]);
	t.deepEqual(third.counts, { read: 4, skipped: 3, failedBefore: 0, retried: 1 });
	const lines = linesOf(out);
	t.deepEqual(
		lines.map(({ custom_id: id }) => id),
		["a", "b", "c", "d"],
		"--ordered",
	);
	t.true(lines.every(({ response }) => response.status_code === 200));
});

test("--resume refuses a custom_id whose body is not what was answered", async (t) => {
	write("other", [batchLine("a"), batchLine("b")]);
	await runAll(await Batch.open(options("other")));
	write("other", [batchLine("a"), batchLine("b", "Hello")]);
	await t.throwsAsync(Batch.open(options("other", { resume: true })), {
		instanceOf: JobError,
		message:
			/^Cannot resume with \S+: custom_id "b" in line 2 of \S+ has another body than when it was answered$/,
	});
	t.is(linesOf(options("other").out).length, 2, "nothing was lost");
});

test("only the first line of a custom_id is run, also after --resume", async (t) => {
	write("twice", [batchLine("a"), batchLine("a", "Hello"), batchLine("b"), batchLine("a")]);
	t.deepEqual(await runAll(await Batch.open(options("twice"))), ["a", null, "b", null]);
	const lines = linesOf(options("twice").out);
	t.deepEqual(
		lines.map(({ custom_id: id }) => id),
		[null, "b", null, "a"],
	);
	t.like(lines[2]?.response.body, {
		error: {
			code: "duplicate_custom_id",
			message: `Cannot run line 2 of ${at("twice.in.jsonl")}: its custom_id "a" is that of an earlier line`,
		},
	});
	const again = await Batch.open(options("twice", { resume: true }));
	t.deepEqual(await runAll(again), []);
	t.is(again.counts.skipped, 4);
});

test("plain prompts are answered in order, and resumed by their place and text", async (t) => {
	writeFileSync(at("plain.in.jsonl"), "one\ntwo\nthree\n");
	const first = await Batch.open(options("plain", { requests: 4 }));
	t.is(first.total, 4);
	t.deepEqual(await runAll(first), ["0", "1", "2", "3"]);
	const text = () => readFileSync(options("plain").out ?? "", "utf8");
	const indices = () =>
		text()
			.trimEnd()
			.split("\n")
			.map((line) => JSON.parse(line).index);
	t.deepEqual(indices(), [0, 1, 2, 3]);
	const second = await Batch.open(options("plain", { requests: 7, resume: true }));
	t.deepEqual(await runAll(second), ["4", "5", "6"]);
	t.deepEqual(indices(), [0, 1, 2, 3, 4, 5, 6]);
	writeFileSync(at("plain.in.jsonl"), "one\nTWO\nthree\n");
	await t.throwsAsync(Batch.open(options("plain", { requests: 7, resume: true })), {
		message: /the prompt in line 2/,
	});
});

test("a new run without --resume moves old answers aside", async (t) => {
	write("old", [batchLine("a")]);
	await runAll(await Batch.open(options("old")));
	const { out } = options("old");
	const before = readFileSync(out ?? "", "utf8");
	const batch = await Batch.open(options("old"));
	t.false(existsSync(`${out}.old`), "not before the run begins");
	await runAll(batch);
	t.is(readFileSync(`${out}.old`, "utf8"), before);
	t.is(linesOf(out).length, 1);
});

test("a plain line's place is not the custom_id of a batch line, also after --resume", async (t) => {
	write("mixed", [batchLine("1"), '{"prompt":"plain"}', batchLine("0")]);
	await runAll(await Batch.open(options("mixed")));
	t.is(linesOf(options("mixed").out).length, 3);
	const again = await Batch.open(options("mixed", { resume: true }));
	t.deepEqual(await runAll(again), []);
	t.is(again.counts.skipped, 3);
});
