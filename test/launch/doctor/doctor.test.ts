import { mkdirSync, readFileSync, symlinkSync } from "node:fs";
import { hostname } from "node:os";
import { dirname, join } from "node:path";
import test from "ava";
import { tsmpirun } from "../../support/run.ts";
import { workplace } from "../../support/workplace.ts";

const PACKAGE: unknown = JSON.parse(
	readFileSync(new URL("../../../../package.json", import.meta.url), "utf8"),
);

test("--doctor examines this machine, and its exit code tells whether something is wrong", async (t) => {
	const good = await tsmpirun(t, ["--doctor"], { env: { LLAMA_SERVER: process.execPath } });
	t.is(good.stderr, "");
	const [headings = "", row = "", ...rest] = good.stdout.split("\n");
	const cells = row.split(/ {2,}/);
	const cell = (heading: string) => cells[headings.split(/ {2,}/).indexOf(heading)];
	t.is(cell("host"), hostname());
	t.is(cell("node"), process.versions.node);
	t.is(cell("tsmpi"), (PACKAGE as { version: string }).version);
	t.regex(cell("zeromq") ?? "", /^6\.\d+\.\d+$/);
	t.is(cell("llama-server"), process.execPath);
	t.deepEqual(rest, ["no problems", ""]);
	t.is(good.code, 0);

	const bad = await tsmpirun(t, ["--doctor"], { env: { LLAMA_SERVER: "/no/such/server" } });
	t.regex(
		bad.stdout,
		/\nproblem: \S+: LLAMA_SERVER=\/no\/such\/server is not a program: correct it or unset it\n/,
	);
	t.notRegex(bad.stdout, /no problems/);
	t.is(bad.code, 1);

	const { folder } = workplace(t);
	const built = join(folder, "tsmpi", "llama-server-v9", "llama-server");
	mkdirSync(dirname(built), { recursive: true });
	symlinkSync(process.execPath, built);
	const env = { LLAMA_SERVER: "", PATH: "/nowhere", XDG_CACHE_HOME: folder };
	const { stdout } = await tsmpirun(t, ["--doctor"], { env });
	t.true(stdout.includes(`  ${built}  `), "one that was built is found as engines find it");

	const local = await tsmpirun(t, ["--doctor", "--launcher", "local", "-H", "node7"]);
	t.regex(local.stderr, /^tsmpirun: Cannot examine host node7 with --launcher local: this machine is .*\n$/);
	t.is(local.code, 1);

	const program = await tsmpirun(t, ["--doctor", "prog.js"]);
	t.is(program.stderr, "tsmpirun: Cannot run prog.js with --doctor: it examines hosts and runs no program\n");
	t.is(program.code, 2);
});
