import { readFileSync } from "node:fs";
import test from "ava";
import { OPTION_TABLE } from "../../../launch/command-line/option-table.ts";
import { tsmpirun } from "../../support/run.ts";

test("--help shows every option, with its value, on stdout", async (t) => {
	const { code, stdout, stderr } = await tsmpirun(t, ["--help"]);
	t.is(code, 0);
	t.is(stderr, "");
	t.true(stdout.startsWith("Usage: tsmpirun [options] program [arguments]"));
	for (const { name } of OPTION_TABLE) t.regex(stdout, new RegExp(`^ .*--?${name}\\b`, "m"));
	t.true(stdout.split("\n").every((line) => line.length <= 110));
	t.is((await tsmpirun(t, ["-h"])).stdout, stdout);
});

test("--version is that of package.json", async (t) => {
	const { code, stdout } = await tsmpirun(t, ["--version"]);
	const { version } = JSON.parse(readFileSync(new URL("../../../../package.json", import.meta.url), "utf8"));
	t.is(stdout, `${version}\n`);
	t.is(code, 0);
});
