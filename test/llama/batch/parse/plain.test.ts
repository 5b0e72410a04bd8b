import { writeFileSync } from "node:fs";
import { join } from "node:path";
import test from "ava";
import type { InputOptions } from "../../../../src/llama/batch/input/input.ts";
import { JobError } from "../../../../src/llama/index.ts";
import { readInput, user } from "../../support/input.ts";
import { temporaryFolder } from "../../support/models.ts";

const folder = temporaryFolder();

async function read(name: string, text: string, options?: Partial<InputOptions>) {
	const path = join(folder, name);
	writeFileSync(path, text);
	return await readInput(path, options);
}

const lines = (...values: readonly unknown[]) => values.map((value) => JSON.stringify(value)).join("\n");

test("a plain prompt is for the model's template, with its own parameters", async (t) => {
	const { requests } = await read(
		"own.jsonl",
		lines({ prompt: "a", max_tokens: 3, temperature: 0.5, stop: "x" }, "b"),
	);
	t.like(requests[0], {
		requestKind: "plain",
		task: { prompts: ["a"], plain: {}, maxTokens: 3, temperature: 0.5, stop: ["x"], seed: 5 },
	});
	t.like(requests[1], { task: { prompts: ["b"], plain: {}, maxTokens: 8, temperature: 0, seed: 6 } });
});

test("--raw continues a prompt as it is; tokens always are", async (t) => {
	const { requests } = await read("raw.jsonl", lines({ prompt: "a", max_tokens: 3 }, "b"), { raw: true });
	for (const request of requests as { task: object }[]) t.false("plain" in request.task);
	t.like(requests[0], { task: { prompts: ["a"], maxTokens: 3 } });
});

test("a system message comes before plain prompts, the line's own before the job's", async (t) => {
	const text = lines(
		{ prompt: "a", system: "Own" },
		"b",
		{ messages: [user("c")] },
		{ messages: [user("d")], system: "S" },
	);
	const { requests, all } = await read("system.jsonl", text, { system: "Job" });
	t.like(requests[0], { task: { plain: { system: "Own" } } });
	t.like(requests[1], { task: { plain: { system: "Job" } } });
	t.deepEqual(all[2], [user("c")]);
	t.deepEqual(all[3], [{ role: "system", content: "S" }, user("d")]);
	const other = await read("system.jsonl", text, { system: "Other" });
	const keys = (list: readonly unknown[]) =>
		list.map((each) => (each as { fingerprint: string }).fingerprint);
	t.not(keys(requests)[1], keys(other.requests)[1]);
	t.is(keys(requests)[0], keys(other.requests)[0]);
});

test("a system message may be in a file", async (t) => {
	const file = join(folder, "system.txt");
	writeFileSync(file, "Be brief.\n");
	t.like((await read("f.txt", "a\n", { system: `@${file}` })).requests[0], {
		task: { plain: { system: "Be brief." } },
	});
	await t.throwsAsync(read("f.txt", "a\n", { system: "@/none" }), {
		instanceOf: JobError,
		message: /^Cannot read the system message in \/none: /,
	});
});

test("--prompt-field and --prompt-template make the prompt; the other columns are data", async (t) => {
	const gsm = lines({ question: "1+1?", answer: "2", level: 3 }, { other: "x" });
	const { all, requests } = await read("field.jsonl", gsm, {
		promptField: "question",
		keepFields: ["answer"],
	});
	t.is(all[0], "1+1?");
	t.like(requests[0], { kept: { answer: "2" } });
	t.regex(`${all[1]}`, /: it has none of "question", but "other"$/);
	const filled = await read("field.jsonl", gsm, { promptTemplate: "{{Q}} {question} ({level})" });
	t.is(filled.all[0], "{Q} 1+1? (3)");
	t.regex(`${filled.all[1]}`, /: it has no "question", but "other"$/);
	const alpaca = 'instruction,input\r\nAdd,"1, 2"\r\nStop,\r\n';
	t.deepEqual((await read("alpaca.csv", alpaca, { promptTemplate: "{instruction}: {input}" })).all, [
		"Add: 1, 2",
		"Stop: ",
	]);
	t.deepEqual((await read("t.txt", "a\nb\n", { promptTemplate: "Say {prompt}" })).all, ["Say a", "Say b"]);
});

test("a template that cannot be used is a mistake of usage", async (t) => {
	for (const [template, reason] of [
		["{text", "a lone { is written {{"],
		["text}", "a lone } is written }}"],
		["text", "it names no column, such as {text}"],
	] as const) {
		const error = await t.throwsAsync(read("t.txt", "a\n", { promptTemplate: template }), {
			instanceOf: JobError,
		});
		t.is(error?.message, `Cannot use --prompt-template ${template}: ${reason}`);
		t.is(error?.exitCode, 2);
	}
});

test("id, custom_id and --keep-fields are kept for the answer, of bad lines too", async (t) => {
	const text = lines({ prompt: "a", id: 7, custom_id: "x", label: "l" }, { prompt: 5, id: 8 });
	const { requests } = await read("kept.jsonl", text, { keepFields: ["label", "none"] });
	t.deepEqual((requests[0] as { kept: unknown }).kept, { id: 7, custom_id: "x", label: "l" });
	t.like(requests[1], { code: "invalid_request", kept: { id: 8 } });
	const table = await read("kept.csv", "id,prompt,label\n1,a,x\n", { keepFields: ["label"] });
	t.like(table.requests[0], { kept: { id: "1", label: "x" } });
});

test("conversations of data sets are read as messages, without the last answer", async (t) => {
	const turns = [
		{ from: "system", value: "S" },
		{ from: "human", value: "a" },
		{ from: "gpt", value: "b" },
		{ from: "human", value: "c" },
		{ from: "gpt", value: "d" },
	];
	const { all } = await read(
		"talks.jsonl",
		lines(
			{ conversations: turns },
			{ conversation: [user("a"), { role: "assistant", content: "b" }], system: "S" },
			{ conversations: [{ from: "gpt", value: "b" }] },
			{ conversations: [{ from: "narrator", value: "b" }] },
			{ conversations: turns, prompt: "a" },
		),
	);
	t.deepEqual(all[0], [
		{ role: "system", content: "S" },
		user("a"),
		{ role: "assistant", content: "b" },
		user("c"),
	]);
	t.deepEqual(all[1], [{ role: "system", content: "S" }, user("a")]);
	t.regex(`${all[2]}`, /: "conversations" has no turn but the assistant's$/);
	t.regex(
		`${all[3]}`,
		/: turn 1 of "conversations" is \{"from":"narrator","value":"b"\}: it takes "from" \(/,
	);
	t.regex(`${all[4]}`, /: it has both "prompt" and "conversations"$/);
});

test("lines of both forms mix, and a plain line may have a custom_id, a url or a body", async (t) => {
	const { requests, all } = await read(
		"both.jsonl",
		lines(
			{ prompt: "a" },
			{ custom_id: "b", url: "/v1/completions", body: { prompt: "b" } },
			{ custom_id: "c", prompt: "c" },
			{ custom_id: "d", params: {} },
		),
	);
	t.deepEqual(all.slice(0, 3), ["a", "b", "c"]);
	t.like(requests[1], { requestKind: "/v1/completions", customId: "b" });
	t.like(requests[2], { requestKind: "plain", customId: "2", kept: { custom_id: "c" } });
	t.regex(
		`${all[3]}`,
		/: it has none of .*, but "custom_id", "params"; --prompt-field says which one is the prompt$/,
	);
	const pages = lines({ url: "https://x.y", body: "A page" });
	t.deepEqual((await read("pages.jsonl", pages, { promptField: "body" })).all, ["A page"]);
});

test("a field that nobody knows fails a plain line, and says how to keep it; kept parameters still hold", async (t) => {
	const text = lines({ prompt: "a", label: "x" }, { prompt: "b", max_tokens: 3 });
	const { all } = await read("label.jsonl", text);
	t.regex(
		`${all[0]}`,
		/"label" is not known.*; --keep-fields label takes it for data, which the answer repeats$/,
	);
	const { requests } = await read("label.jsonl", text, { keepFields: ["label", "max_tokens"] });
	t.like(requests[0], { task: { prompts: ["a"] }, kept: { label: "x" } });
	t.like(requests[1], { task: { prompts: ["b"], maxTokens: 3 }, kept: { max_tokens: 3 } });
});
