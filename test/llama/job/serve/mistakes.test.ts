import { writeFileSync } from "node:fs";
import { join } from "node:path";
import test from "ava";
import { tsmpirun } from "../../../support/run.ts";
import { temporaryFolder } from "../../support/models.ts";
import { SERVE } from "../../support/serve.ts";

const folder = temporaryFolder();
const empty = join(folder, "empty");
writeFileSync(empty, "# no key\n", { mode: 0o600 });

/** A mistake, its exit code, and the one line that tells of it. */
const MISTAKES: readonly (readonly [args: readonly string[], code: number, line: RegExp])[] = [
	[["--max-que", "5"], 2, /--max-que\b.*--max-queue/],
	[["--prot", "80"], 2, /--prot\b.*--port/],
	[["stray"], 2, /stray/],
	[["--port"], 2, /--port/],
	[["--port", "99999"], 2, /--port.*99999.*65535/],
	[["--port", "http"], 2, /--port.*http/],
	[["--port", "0", "--port", "1"], 2, /--port/],
	[["--max-queue", "-1"], 2, /--max-queue.*-1/],
	[["--max-queue-tokens", "0"], 2, /--max-queue-tokens.*0/],
	[["--policy", "random"], 2, /--policy.*random.*prefix/],
	[["--body-limit", "16X"], 2, /--body-limit.*16X.*16M/],
	[["--request-timeout", "0"], 2, /--request-timeout.*0/],
	[["--drain-timeout", "soon"], 2, /--drain-timeout.*soon/],
	[["--log", "xml"], 2, /--log.*xml.*json/],
	[["--inflight", "0"], 2, /--inflight.*0/],
	[["--temperature", "hot"], 2, /--temperature.*hot/],
	[["--alias", "a,,b"], 2, /--alias/],
	[["--strict-model=yes"], 2, /--strict-model/],
	[["--engine", "vllm"], 2, /--engine.*vllm/],
	[["--host", "0.0.0.0"], 2, /0\.0\.0\.0/],
	[["--api-key-file", join(folder, "none")], 1, /API keys.*ENOENT/],
	[["--api-key-file", empty], 1, /has none/],
	[["--model", join(folder, "none.gguf")], 1, /none\.gguf/],
	[["--otlp", "not a url"], 2, /not a url/],
	[["--host", "no.such.host.invalid", "--no-key"], 1, /no\.such\.host\.invalid/],
	[["--data-dir", join(empty, "below")], 1, /empty/],
	[["--cors", ""], 2, /--cors/],
];

for (const [args, code, line] of MISTAKES)
	test(`${args.join(" ").replaceAll(folder, "DIR")}: one line, once, and exit code ${code}`, async (t) => {
		const port = args.includes("--port") || args[0]?.startsWith("--prot") ? [] : ["--port", "0"];
		const { code: exit, stderr, stdout } = await tsmpirun(t, ["-n", "2", SERVE, ...port, ...args]);
		const told = stderr.split("\n").filter((each) => each !== "" && !/^(listening on|demo model)/.test(each));
		t.is(told.length, 1, stderr);
		t.regex(told[0] ?? "", line);
		t.notRegex(stderr, /^\s+at /m);
		t.is(exit, code, stderr);
		t.is(stdout, "");
	});

test("--help tells of every option, and exits 0", async (t) => {
	const { code, stdout, stderr } = await tsmpirun(t, ["-n", "2", SERVE, "--help"]);
	t.is(code, 0, stderr);
	for (const option of ["--port", "--max-queue", "--policy", "--data-dir", "--endpoint-key-file", "--model"])
		t.is(stdout.split(`${option} `).length, 2, option);
});
