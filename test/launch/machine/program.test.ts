import {
	accessSync,
	chmodSync,
	constants,
	mkdirSync,
	readFileSync,
	symlinkSync,
	writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import test, { type ExecutionContext } from "ava";
import { type RunResult, tsmpirun } from "../../support/run.ts";
import { shell } from "../../support/shell.ts";
import { workplace } from "../../support/workplace.ts";

const ROOT = fileURLToPath(new URL("../../../../", import.meta.url));

/** A folder with programs in it, and a run of two ranks there. */
function programs(t: ExecutionContext): {
	folder: string;
	write: (name: string, text: string, mode?: number) => void;
	run: (...words: string[]) => Promise<RunResult>;
} {
	const { folder, env } = workplace(t);
	return {
		folder,
		write: (name, text, mode = 0o644) => {
			writeFileSync(join(folder, name), text);
			chmodSync(join(folder, name), mode);
		},
		run: (...words) => tsmpirun(t, ["-n", "2", ...words], { cwd: folder, env }),
	};
}

test("JavaScript files are run by Node, whatever their permissions", async (t) => {
	const { write, run } = programs(t);
	write("a.mjs", "import { argv } from 'node:process'; console.log('mjs', ...argv.slice(2));");
	write("b.js", "console.log('js', require('node:process').argv.slice(2).join());");
	t.is((await run("a.mjs", "x", "-n", "--help")).stdout, "mjs x -n --help\n".repeat(2));
	t.is((await run("./b.js")).stdout, "js \n".repeat(2));
});

test("executables are found by their path or on PATH, and run with their own interpreter", async (t) => {
	const { folder, write, run } = programs(t);
	write("our-script", "#!/bin/sh\necho script $0 $1\n", 0o755);
	write("plain", "echo no interpreter line\n", 0o755);
	t.is(
		(await run("./our-script", "a b")).stdout,
		"script ./our-script a b\n".repeat(2).replaceAll("./", `${folder}/`),
	);
	t.is((await run(join(folder, "our-script"))).stdout, `script ${folder}/our-script\n`.repeat(2));
	t.is((await run("./plain")).stdout, "no interpreter line\n".repeat(2));
	t.is((await run("printf", "%s\\n", "a")).stdout, "a\na\n");
	const here = await run("our-script");
	t.is(here.code, 127);
	t.is(
		here.stderr,
		"tsmpirun: Cannot find the program our-script on PATH: to run the one in this folder, write ./our-script\n",
	);
});

test("a program is looked for from tsmpirun's folder, then from --wdir", async (t) => {
	const { folder, write, run } = programs(t);
	mkdirSync(join(folder, "sub"));
	write("here.mjs", "console.log('here', process.cwd());");
	write("sub/there.mjs", "console.log('there', process.cwd());");
	t.is((await run("--wdir", "sub", "here.mjs")).stdout, `here ${folder}/sub\n`.repeat(2));
	t.is((await run("--wdir", "sub", "there.mjs")).stdout, `there ${folder}/sub\n`.repeat(2));
	t.is((await run("-wdir", join(folder, "sub"), "./there.mjs")).stdout, `there ${folder}/sub\n`.repeat(2));
});

test("TypeScript is run by Node itself, else by tsx, else refused in one clear line", async (t) => {
	const { folder, write, run } = programs(t);
	write("a.ts", "const text: string = 'typed'; console.log(text);");
	if ("typescript" in process.features && process.features.typescript) {
		t.is((await run("a.ts")).stdout, "typed\ntyped\n");
		return;
	}
	const refused = await run("a.ts");
	t.is(refused.code, 1);
	t.regex(
		refused.stderr,
		/^tsmpirun: Cannot run a\.ts: Node \S+ does not run TypeScript .*\(npm install tsx\)\n$/,
	);
	// The real tsx is not installed here: a loader in its place that takes types away with what is.
	mkdirSync(join(folder, "node_modules/tsx"), { recursive: true });
	writeFileSync(
		join(folder, "node_modules/tsx/package.json"),
		'{"name":"tsx","type":"module","exports":"./x.js"}',
	);
	writeFileSync(join(folder, "node_modules/tsx/x.js"), "console.log('tsx is loaded'); process.exit(0);");
	t.is((await run("a.ts")).stdout, "tsx is loaded\n".repeat(2));
});

test("a folder that is gone is one clear line", async (t) => {
	const { folder } = workplace(t);
	const gone = join(folder, "gone");
	mkdirSync(gone);

	const { code, stderr } = await shell(t, `cd "${gone}"; rmdir "${gone}"; tsmpirun -n 1 ./x`);
	t.is(code, 126);
	t.is(stderr, "tsmpirun: Cannot run here: the current folder does not exist any more\n");
});

test("tsmpirun works through a symbolic link, as npm installs it", async (t) => {
	const { folder } = workplace(t);
	symlinkSync(join(ROOT, "dist/launch/cli.js"), join(folder, "tsmpirun"));

	const { code, stdout } = await shell(t, `"${folder}/tsmpirun" -n 2 echo here`);
	t.is(code, 0);
	t.is(stdout, "here\nhere\n");
});

test("tsmpi's own programs are found by name, after PATH, and run by tsmpirun's Node", async (t) => {
	const { folder, write, run } = programs(t);
	const help = await run("tsmpi-batch", "--help");
	t.is(help.stderr, "");
	t.regex(help.stdout, /^Usage: tsmpirun -np N /);
	t.is(help.code, 0);
	const build = await tsmpirun(t, ["-n", "1", "tsmpi-build-llama-server", "--help"], { cwd: folder });
	t.regex(build.stdout, /tsmpi-build-llama-server \[options\]/);
	t.is((await run("tsmpi-batsh")).code, 127);

	write("tsmpi-batch", "#!/bin/sh\necho mine", 0o755);
	const env = { PATH: `${folder}:${process.env.PATH}` };
	const mine = await tsmpirun(t, ["-n", "1", "tsmpi-batch", "--help"], { cwd: folder, env });
	t.is(mine.stdout, "mine\n");
});

test("every program that the package brings along may be executed, and names its interpreter", (t) => {
	const { bin } = JSON.parse(readFileSync(join(ROOT, "package.json"), "utf8"));
	t.deepEqual(Object.keys(bin), ["tsmpirun", "tsmpi-batch", "tsmpi-serve", "tsmpi-build-llama-server"]);
	for (const file of Object.values<string>(bin)) {
		t.true(readFileSync(join(ROOT, file), "utf8").startsWith("#!/usr/bin/env node\n"), file);
		accessSync(join(ROOT, file), constants.X_OK);
	}
});
