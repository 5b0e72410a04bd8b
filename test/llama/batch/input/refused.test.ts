import { execFileSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import test from "ava";
import type { InputOptions } from "../../../../src/llama/batch/input/input.ts";
import { JobError } from "../../../../src/llama/index.ts";
import { readInput } from "../../support/input.ts";
import { temporaryFolder } from "../../support/models.ts";

const folder = temporaryFolder();
const TEXT = "Say hi\nSay bye\n";

function packedBy(command: string, ...args: string[]): Buffer {
	return execFileSync(command, args, { input: TEXT });
}

function zip(): Buffer {
	const code = "import zipfile,sys; zipfile.ZipFile(sys.argv[1], 'w').writestr('a.txt', 'Say hi')";
	execFileSync("python3", ["-c", code, join(folder, "a.zip")]);
	return readFileSync(join(folder, "a.zip"));
}

function tar(): Buffer {
	writeFileSync(join(folder, "in-tar.txt"), TEXT);
	return execFileSync("tar", ["-C", folder, "-c", "in-tar.txt"]);
}

/** What is in the file, and how the error ends. */
const FILES: readonly (readonly [
	name: string,
	content: () => Buffer | string,
	says: RegExp,
	options?: Partial<InputOptions>,
])[] = [
	[
		"p.bz2",
		() => packedBy("bzip2", "-c"),
		/: it is bzip2: unpack it with bunzip2; gzip and zstd are read as they are$/,
	],
	["p.jsonl.xz", () => packedBy("xz", "-c"), /: it is xz: unpack it with unxz/],
	["p.xlsx", zip, /: it is a ZIP archive or an Office file \(xlsx\): save it as CSV, or unpack it$/],
	["p.tar", tar, /: it is a tar archive: unpack it, and give one of its files$/],
	["p.tgz", () => gzipSync(tar()), /: it is a tar archive/],
	["p.gz.gz", () => gzipSync(gzipSync(TEXT)), /: it is packed twice: unpack it once$/],
	["p.pdf", () => "%PDF-1.7\n1 0 obj\n", /: it is a PDF: take its text out, for example with pdftotext$/],
	[
		"p.arrow",
		() => Buffer.from("ARROW1\0\0"),
		/: it is an Arrow file: write it as Parquet, CSV or JSON lines$/,
	],
	["p.gguf", () => Buffer.from("GGUF\x03\0\0\0"), /: it is a GGUF model: that is for --model$/],
	["p.parquet", () => TEXT, /: it is no Parquet file: it does not begin with PAR1$/],
	["par.csv", () => Buffer.from("PAR1\x15\0"), /: it is Parquet, not csv: use --in-format parquet$/],
	[
		"u16.txt",
		() => Buffer.from(`\ufeff${TEXT}`, "utf16le"),
		/: it is UTF-16 text: iconv -f UTF-16 -t UTF-8 FILE > NEW$/,
	],
	[
		"u16be.jsonl",
		() => Buffer.from(`\ufeff${TEXT}`, "utf16le").swap16(),
		/: it is UTF-16 text: iconv -f UTF-16 /,
	],
	["u16-bare.txt", () => Buffer.from(TEXT, "utf16le"), /: it is UTF-16 text: iconv -f UTF-16LE /],
	["u16be-bare.txt", () => Buffer.from(TEXT, "utf16le").swap16(), /: it is UTF-16 text: iconv -f UTF-16BE /],
	[
		"binary.txt",
		() => Buffer.from("Say\0hi\n"),
		/: it is no text \(byte 4 is NUL\): text, JSON lines, a JSON array, CSV, TSV and Parquet are read$/,
	],
	[
		"latin1.txt",
		() => Buffer.from("Say hi\nDrück\n", "latin1"),
		/: it is not UTF-8 \(line 2\): if it is of Windows or Latin-1, iconv -f WINDOWS-1252 -t UTF-8 FILE > NEW$/,
	],
	["latin1.csv", () => Buffer.from("prompt\nDrück\n", "latin1"), /: it is not UTF-8 \(line 2\)/],
	[
		"object.json",
		() => '{\n  "prompt": "Say hi"\n}\n',
		/: it is a JSON object over several lines, neither an array nor a request a line: jq -c \. FILE > NEW\.jsonl$/,
	],
	["object", () => '{\n  "prompt": "Say hi"\n}\n', /: it is a JSON object over several lines/],
	[
		"text.json",
		() => TEXT,
		/: it is neither a JSON array nor JSON lines; for a prompt a line use --in-format text$/,
	],
	["empty.json", () => "", /: the file has none$/],
	["blank.csv", () => " \n\r\n", /: the file has none$/],
	[
		"other.csv",
		() => 'id,question,"the answer"\n1,a,b\n',
		/: it has no column prompt: name one with --prompt-field, or make it of several with --prompt-template; its columns are "id", "question", "the answer"$/,
	],
	[
		"fields.tsv",
		() => "id\tquestion\n1\ta\n",
		/: it has no column "prompt"; its columns are "id", "question"$/,
		{ promptField: "prompt" },
	],
	[
		"template.csv",
		() => "id,question\n1,a\n",
		/: it has no column "text"; its columns are "id", "question"$/,
		{ promptTemplate: "{question} {text}" },
	],
	[
		"keep.csv",
		() => "id,prompt\n1,a\n",
		/: it has no column "label"; its columns are "id", "prompt"$/,
		{ keepFields: ["label"] },
	],
];

for (const [name, content, says, options] of FILES) {
	test(`${name} is refused with one line that says what it is`, async (t) => {
		const path = join(folder, name);
		writeFileSync(path, content());
		const error = await t.throwsAsync(readInput(path, options), { instanceOf: JobError, message: says });
		t.true(error?.message.startsWith(`Cannot use the prompts in ${path}: `), error?.message);
		t.is(error?.exitCode, 1);
	});
}

test("a URL, a folder and a missing file are refused", async (t) => {
	const error = (path: string) => t.throwsAsync(readInput(path), { instanceOf: JobError });
	t.regex((await error("https://x.y/p.jsonl"))?.message ?? "", /: fetch it first, for example with curl -O$/);
	t.regex((await error(folder))?.message ?? "", /: it is a directory$/);
	t.regex((await error(join(folder, "none")))?.message ?? "", /: there is no such file$/);
});

test("--in-format decides before the name and the content", async (t) => {
	const path = join(folder, "really.jsonl");
	writeFileSync(path, '{"prompt":"a"}\n');
	t.deepEqual((await readInput(path, { inFormat: "text" })).all, ['{"prompt":"a"}']);
	const table = join(folder, "table.dat");
	writeFileSync(table, "prompt;n\na;1\n");
	t.deepEqual((await readInput(table, { inFormat: "csv" })).all, ["a"]);
	const array = join(folder, "array.jsonl");
	writeFileSync(array, '[{"prompt":"a"},\n{"prompt":"b"}]');
	t.deepEqual((await readInput(array, { inFormat: "json" })).all, ["a", "b"]);
});

test("text that begins like something else is text", async (t) => {
	for (const text of ["BZh is a name", "ORCs are bad", "[1] a footnote", "{not json}", "PKU"]) {
		const path = join(folder, "like.txt");
		writeFileSync(path, `${text}\n`);
		t.deepEqual((await readInput(path)).all, [text]);
	}
});
