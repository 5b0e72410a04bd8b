import { execFileSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import test from "ava";
import { readInput, user } from "../../support/input.ts";
import { temporaryFolder } from "../../support/models.ts";

const folder = temporaryFolder();
const LINES = ["Say hi", 'Say "bye", Zoë 😀', "Two\nlines"];
const json = (value: unknown) => JSON.stringify(value);
const SHAREGPT = LINES.map((value, id) => ({
	id: `s${id}`,
	conversations: [
		{ from: "human", value },
		{ from: "gpt", value: "The answer of the data set" },
	],
}));
const ALPACA = LINES.map((prompt) => ({ prompt }));
const BATCH = LINES.map((content, id) => ({
	custom_id: `c${id}`,
	method: "POST",
	url: "/v1/chat/completions",
	body: { messages: [user(content)] },
}));
/** As Python's csv module writes it: lines end with CR LF, quotes are doubled. */
const CSV = 'id,prompt\r\n1,Say hi\r\n2,"Say ""bye"", Zoë 😀"\r\n3,"Two\nlines"\r\n';

/** Name, text, what is asked for. */
const FORMS: readonly (readonly [name: string, text: string, asked: readonly unknown[]])[] = [
	["batch.jsonl", BATCH.map(json).join("\n"), LINES.map((line) => [user(line)])],
	["bodies.jsonl", BATCH.map(({ body }) => json(body)).join("\n"), LINES.map((line) => [user(line)])],
	["prompts.ndjson", ALPACA.map(json).join("\n"), LINES],
	["strings.jsonl", LINES.map(json).join("\n"), LINES],
	["sharegpt.jsonl", SHAREGPT.map(json).join("\n"), LINES.map((line) => [user(line)])],
	["sharegpt.json", json(SHAREGPT), LINES.map((line) => [user(line)])],
	["pretty.json", JSON.stringify(ALPACA, undefined, 2), LINES],
	["array of strings.json", JSON.stringify(LINES, undefined, "\t"), LINES],
	["lines.json", ALPACA.map(json).join("\n"), LINES],
	[
		"trl.jsonl",
		LINES.map((line) => json({ prompt: [user(line)], completion: [] })).join("\n"),
		LINES.map((line) => [user(line)]),
	],
	["prompts.txt", LINES.slice(0, 2).join("\n"), LINES.slice(0, 2)],
	["table.csv", CSV, LINES],
	["semicolons.csv", CSV.replaceAll(/^(id|\d),/gm, "$1;"), LINES],
	["table.tsv", CSV.replaceAll(/^(id|\d),/gm, "$1\t"), LINES],
	["no ending", ALPACA.map(json).join("\n"), LINES],
	["array without ending", JSON.stringify(ALPACA, undefined, 4), LINES],
	["strings without ending", LINES.map(json).join("\n"), LINES],
];

for (const [name, text, asked] of FORMS) {
	test(`${name} is read plain, with the marks of Windows, as gzip and as zstd`, async (t) => {
		const path = join(folder, name);
		writeFileSync(path, text);
		t.deepEqual((await readInput(path)).all, asked);
		const windows = join(folder, `windows ${name}`);
		// An editor ends lines with CR LF, also those inside of a cell.
		writeFileSync(
			windows,
			`\ufeff${name.endsWith("csv") || name.endsWith("tsv") ? text : text.replaceAll("\n", "\r\n")}`,
		);
		t.deepEqual((await readInput(windows)).all, asked);
		execFileSync("gzip", ["-kf", path]);
		t.deepEqual((await readInput(`${path}.gz`)).all, asked);
		execFileSync("zstd", ["-qkf", path]);
		t.deepEqual((await readInput(`${path}.zst`)).all, asked);
	});
}

test("what is packed is seen by what is in it, and may have several parts", async (t) => {
	const path = join(folder, "parts.txt");
	writeFileSync(path, Buffer.concat([gzipSync("one\ntw"), gzipSync("o\nthree\n")]));
	t.deepEqual((await readInput(path)).all, ["one", "two", "three"]);
	// A frame to be skipped, as pzstd writes it, and what `printf 'one\ntw' | zstd` and `printf 'o\nthree\n' | zstd` give.
	const frames = [
		"502a4d180400000000000000",
		"28b52ffd04583100006f6e650a74772ad983c7",
		"28b52ffd04584100006f0a74687265650a30f5b4bb",
	];
	writeFileSync(path, Buffer.from(frames.join(""), "hex"));
	t.deepEqual((await readInput(path)).all, ["one", "two", "three"]);
});

test("a file that is packed and cut off is an error after its lines", async (t) => {
	const whole = gzipSync("line\n".repeat(200_000));
	const path = join(folder, "cut.txt.gz");
	writeFileSync(path, whole.subarray(0, whole.length - 20));
	await t.throwsAsync(readInput(path), {
		message: `Cannot read the prompts in ${path}: unexpected end of file`,
	});
});

test("a large file of each form is read whole wherever it is cut", async (t) => {
	const prompts = Array.from({ length: 20_000 }, (_, index) => `${index} ${'ä€😀,"'.repeat(index % 40)}`);
	const records = prompts.map((prompt) => ({ prompt }));
	const csv = `prompt\n${prompts.map((prompt) => `"${prompt.replaceAll('"', '""')}"\n`).join("")}`;
	for (const [name, text] of [
		["large.json", JSON.stringify(records)],
		["large.jsonl", records.map(json).join("\n")],
		["large.csv", csv],
	] as const) {
		const path = join(folder, name);
		writeFileSync(path, text);
		t.deepEqual((await readInput(path)).all, prompts, name);
		execFileSync("zstd", ["-qkf", "-19", "--long=27", path]);
		t.deepEqual((await readInput(`${path}.zst`)).all, prompts, `${name}.zst`);
	}
});
