import { writeFileSync } from "node:fs";
import { join } from "node:path";
import test from "ava";
import { Batch } from "../../../../src/llama/batch/batch.ts";
import { readInput } from "../../support/input.ts";
import { temporaryFolder } from "../../support/models.ts";

const folder = temporaryFolder();
const envelope = (id: string, body: string) =>
	`{"custom_id":${id},"method":"POST","url":"/v1/completions","body":${body}}`;
const deep = (levels: number) => `${"[".repeat(levels)}${"]".repeat(levels)}`;

async function read(name: string, lines: readonly string[], form = "jsonl") {
	const path = join(folder, `${name}.${form}`);
	writeFileSync(path, form === "json" ? `[${lines.join(",\n")}]` : lines.join("\n"));
	return await readInput(path);
}

const BETWEEN = [envelope('"first"', '{"prompt":"a"}'), envelope('"last"', '{"prompt":"b"}')] as const;

for (const levels of [600, 4_000, 8_000, 100_000]) {
	for (const form of ["jsonl", "json"]) {
		test(`a value ${levels} deep fails alone in ${form}`, async (t) => {
			const [first, last] = BETWEEN;
			const bad = [
				envelope('"x"', `{"prompt":"a","metadata":${deep(levels)}}`),
				envelope('"y"', deep(levels)),
				envelope(deep(levels), '{"prompt":"a"}'),
				deep(levels),
				`{"prompt":"a","metadata":${deep(levels)}}`,
				`{"prompt":"a","id":${deep(levels)}}`,
				`{"prompt":${deep(levels)}}`,
			];
			const { all, requests } = await read(`deep${levels}`, [first, ...bad, last], form);
			t.is(all[0], "a");
			t.is(all.at(-1), "b");
			t.is(all.length, bad.length + 2);
			for (const each of requests.slice(1, -1)) t.true("code" in (each as object));
			t.regex(`${all[1]}`, /: it is nested more than 512 deep$/);
			t.like(requests[1], { code: "invalid_json", customId: "x" });
		});
	}
}

test("many keys, long numbers and names of JavaScript's own do no harm", async (t) => {
	const keys = Array.from({ length: 100_000 }, (_, index) => `"k${index}":${index}`).join(",");
	const { all } = await read("keys", [
		envelope(
			'"__proto__"',
			'{"prompt":"a","__proto__":{"prompt":"x"}}'.replace(',"__proto__":{"prompt":"x"}', ""),
		),
		envelope('"constructor"', '{"prompt":"b"}'),
		`{"prompt":"c","seed":${"9".repeat(10_000)}}`,
		`{"question":"d",${keys}}`,
		`{"__proto__":{"prompt":"e"}}`,
		'{"prompt":"f"}',
	]);
	t.is(all[0], "a");
	t.is(all[1], "b");
	t.regex(
		`${all[3]}`,
		/: it has none of "prompt", "messages", "conversations", "conversation", but "question", "k0", .* and 99991 more; --prompt-field says which one is the prompt$/,
	);
	t.regex(`${all[4]}`, /: it has none of .*, but "__proto__"; /);
	t.is(all[5], "f");
});

test("a line of 64 MB is a prompt like others", async (t) => {
	const long = "x".repeat(64 << 20);
	const { all } = await read("long", ['{"prompt":"a"}', `{"prompt":"${long}"}`, '{"prompt":"b"}']);
	t.deepEqual([all[0], all[2]], ["a", "b"]);
	t.true(all[1] === long);
});

test("a line that is too long fails alone", async (t) => {
	const part = Buffer.alloc(1 << 20, "x");
	const path = join(folder, "too-long.jsonl");
	writeFileSync(path, '{"prompt":"a"}\n');
	for (let count = 0; count < 257; count++) writeFileSync(path, part, { flag: "a" });
	writeFileSync(path, '\n{"prompt":"b"}\n', { flag: "a" });
	const { all } = await readInput(path);
	t.deepEqual(all, ["a", `Cannot run line 2 of ${path}: it is longer than 256 MiB`, "b"]);
});

test("ids with halves of characters are different ids", async (t) => {
	const [first, last] = [envelope('"\\ud800"', '{"prompt":"a"}'), envelope('"\\ud801"', '{"prompt":"a"}')];
	const { requests } = await read("halves", [first, last]);
	const [one, other] = requests as { fingerprint: string }[];
	t.not(one?.fingerprint, other?.fingerprint);
	const path = join(folder, "halves.jsonl");
	const files = { in: path, out: join(folder, "halves.out"), requests: undefined };
	const sampling = { maxTokens: 8, temperature: 0, seed: 1 };
	const batch = await Batch.open({
		...files,
		...sampling,
		resume: false,
		retryFailed: false,
		ordered: false,
	});
	const ids: unknown[] = [];
	for await (const portion of batch.requests()) ids.push(...portion.map(({ customId }) => customId));
	await batch.close();
	t.deepEqual(ids, ["\ud800", "\ud801"]);
});

test("bytes that are no UTF-8 fail alone in the middle of a file", async (t) => {
	const good = Array.from({ length: 5000 }, (_, index) => `prompt number ${index}`);
	for (const [form, begin, quote] of [
		["txt", "", ""],
		["jsonl", "", '"'],
		["csv", "prompt\n", '"'],
	] as const) {
		const path = join(folder, `middle.${form}`);
		const lines = good.map((line) => `${quote}${line}${quote}\n`).join("");
		writeFileSync(path, begin + lines);
		writeFileSync(path, Buffer.from(`${quote}Drück${quote}\n`, "latin1"), { flag: "a" });
		writeFileSync(path, `${quote}last${quote}\n`, { flag: "a" });
		const { all } = await readInput(path);
		t.is(all.length, 5002);
		t.is(all[4999], good[4999]);
		t.regex(`${all[5000]}`, /^Cannot run (line|record) 5001 of \S+: it is not valid UTF-8$/);
		t.is(all[5001], "last");
	}
});

test("a NUL in the middle of a text fails alone", async (t) => {
	const { all } = await read("nul", ["a".repeat(100_000), "b\0c", "d"], "txt");
	t.regex(`${all[1]}`, /: it has a NUL byte: it is no text$/);
	t.is(all[2], "d");
});

test("an element of an array that is broken fails alone; an array that is not closed says so", async (t) => {
	const { all } = await read("broken", ['{"prompt":"a"}', '{"prompt":}', "5", '{"prompt":"b"}'], "json");
	t.is(all[0], "a");
	t.regex(`${all[1]}`, /^Cannot run element 2 of \S+: it is not valid JSON \(/);
	t.regex(`${all[2]}`, /^Cannot run element 3 of \S+: 5 is not a JSON object$/);
	t.is(all[3], "b");
	const path = join(folder, "open.json");
	writeFileSync(path, '[{"prompt":"a"},{"prompt":"b"');
	t.deepEqual((await readInput(path)).all, [
		"a",
		`Cannot run element 2 of ${path}: the file ends before the array does`,
	]);
	writeFileSync(path, '[{"prompt":"a"}]\n{"prompt":"b"}');
	t.regex(
		`${(await readInput(path)).all[1]}`,
		/: it stands beside the array: a file has one array, or lines$/,
	);
});

test("a record with too few or too many cells fails alone; a quote that is not closed says so", async (t) => {
	const { all } = await read("cells", ["id,prompt", "1,a", "2", "3,b,c", '4,say "x" twice', "5,d"], "csv");
	t.is(all[0], "a");
	t.regex(`${all[1]}`, /^Cannot run record 2 of \S+: it has 1 cells, and the header has 2$/);
	t.regex(`${all[2]}`, /: it has 3 cells, and the header has 2$/);
	t.deepEqual(all.slice(3), ['say "x" twice', "d"]);
	const open = await read("quote", ["id,prompt", "1,a", '2,"never closed', "3,b"], "csv");
	t.is(open.all[0], "a");
	t.regex(`${open.all[1]}`, /: the table cannot be read any further \(Quote Not Closed/);
});
