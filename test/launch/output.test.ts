import { mkdirSync, readdirSync, readFileSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import test from "ava";
import { tsmpirun } from "../support/run.ts";
import { workplace } from "../support/workplace.ts";

const program = (name: string) => fileURLToPath(new URL(`./programs/${name}.js`, import.meta.url));

test("4 ranks that write 200 lines of 20,000 bytes each at once lose and mix nothing", async (t) => {
	const { stdout, stderr, code } = await tsmpirun(t, ["-n", "4", program("flood")]);
	t.is(code, 0);
	t.is(stderr, "");
	const counts = new Map<string, number>();
	for (const line of stdout.split("\n")) counts.set(line, (counts.get(line) ?? 0) + 1);
	t.is(counts.get(""), 1, "the text ends with a newline");
	counts.delete("");
	t.is(counts.size, 4);
	for (const rank of ["0", "1", "2", "3"]) t.is(counts.get(rank.repeat(19_999)), 200);
});

test("hundreds of lines on stderr come whole, and stay on stderr", async (t) => {
	const script = 'for i in $(seq 400); do echo "rank $TSMPI_RANK line $i" >&2; done; echo out $TSMPI_RANK';
	const { stdout, stderr } = await tsmpirun(t, ["-n", "3", "sh", "-c", script]);
	t.deepEqual(stdout.split("\n").sort(), ["", "out 0", "out 1", "out 2"]);
	const lines = stderr.split("\n");
	t.is(lines.length, 1201);
	for (const rank of [0, 1, 2]) {
		const own = lines.filter((line) => line.startsWith(`rank ${rank} `));
		const expected = Array.from({ length: 400 }, (_, index) => `rank ${rank} line ${index + 1}`);
		t.deepEqual(own, expected);
	}
});

test("unfinished lines are written too, and never joined with another rank's", async (t) => {
	const { stdout, stderr } = await tsmpirun(t, [
		...["-n", "2", "sh", "-c", 'printf "first\\nend of $TSMPI_RANK"; printf error >&2'],
	]);
	const lines = stdout.split("\n").sort();
	t.deepEqual(lines, ["end of 0", "end of 1", "first", "first"]);
	t.is(stderr, "error\nerror");
});

test("--tag-output names the rank at each line, --timestamp-output the time", async (t) => {
	const words = ["sh", "-c", 'printf "one\\n\\nlast"; echo trouble >&2'];
	const tagged = await tsmpirun(t, ["-n", "2", "--tag-output", ...words]);
	t.deepEqual(tagged.stdout.split("\n").sort(), [
		"[0] ",
		"[0] last",
		"[0] one",
		"[1] ",
		"[1] last",
		"[1] one",
	]);
	t.deepEqual(tagged.stderr.split("\n").sort(), ["", "[0] trouble", "[1] trouble"]);
	const from = Date.now();
	const both = await tsmpirun(t, ["-n", "1", "--tag-output", "--timestamp-output", ...words]);
	const times = [...both.stdout.matchAll(/^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z) \[0\] (one|last|)$/gm)];
	t.deepEqual(
		times.map(([, , text]) => text),
		["one", "", "last"],
	);
	for (const [, time = ""] of times) t.true(Date.parse(time) >= from && Date.parse(time) <= Date.now());
});

test("--output-dir has each rank's streams, without tags, besides the usual output", async (t) => {
	const { folder } = workplace(t);
	const words = ["sh", "-c", 'echo out $TSMPI_RANK; echo error $TSMPI_RANK >&2; printf "no end"'];
	const result = await tsmpirun(t, ["-n", "2", "--tag-output", "--output-dir", "a/b", ...words], {
		cwd: folder,
	});
	t.is(result.code, 0);
	t.is(result.stdout.match(/\[\d\] out \d/g)?.length, 2);
	const into = join(folder, "a/b");
	const files = ["rank-00.err", "rank-00.out", "rank-01.err", "rank-01.out"];
	t.deepEqual(readdirSync(into).sort(), files);
	t.deepEqual(
		files.map((file) => readFileSync(join(into, file), "utf8")),
		["error 0\n", "out 0\nno end", "error 1\n", "out 1\nno end"],
	);
});

test("--output-dir that cannot be written is one clear line and exit code 1", async (t) => {
	const { folder, leftAfter, env } = workplace(t);
	const run = (dir: string) =>
		tsmpirun(t, ["-n", "1", "--output-dir", dir, "echo", "text"], { cwd: folder, env });
	mkdirSync(join(folder, "taken/rank-00.out"), { recursive: true });
	for (const dir of ["/proc/no", "/dev/null/no", "taken"]) {
		const result = await run(dir);
		t.is(result.code, 1);
		t.true(result.stderr.startsWith(`tsmpirun: Cannot write to --output-dir ${dir}: `), result.stderr);
		t.is(result.stderr.split("\n").length, 2);
	}
	// Full only when it is written: the job goes on, but has not succeeded.
	mkdirSync(join(folder, "full"));
	symlinkSync("/dev/full", join(folder, "full/rank-00.out"));
	const result = await run("full");
	t.is(result.stdout, "text\n");
	t.regex(result.stderr, /^tsmpirun: Cannot write to --output-dir: ENOSPC.*\n$/);
	t.is(result.code, 1);
	t.deepEqual(await leftAfter(1000), []);
});

test("characters and bytes pass as they are", async (t) => {
	t.is((await tsmpirun(t, ["-n", "1", program("split")])).stdout, "aä\n");
	const script = "head -c 300000 /dev/zero | tr '\\0' '\\377'; printf '\\n'; printf '\\377' >&2";
	const place = workplace(t);
	const words = ["--output-dir", place.folder, "sh", "-c", script];
	await tsmpirun(t, ["-n", "1", ...words]);
	const bytes = readFileSync(join(place.folder, "rank-00.out"));
	t.is(bytes.length, 300_001);
	t.is(bytes.indexOf("\n"), 300_000);
	t.true(bytes.subarray(0, 300_000).every((byte) => byte === 255));
	t.deepEqual([...readFileSync(join(place.folder, "rank-00.err"))], [255]);
});

test("a rank can open /dev/stdout and /dev/stderr, close its output, or write nothing", async (t) => {
	const script =
		"echo by name > /dev/stdout; echo by name > /dev/stderr; exec >&-; sleep 0.1; echo still here >&2";
	const result = await tsmpirun(t, ["-n", "1", "sh", "-c", script, ":", "-n", "1", "true"]);
	t.is(result.stdout, "by name\n");
	t.is(result.stderr, "by name\nstill here\n");
	t.is(result.code, 0);
});

test("--verbose reports each rank's start and end, --quiet takes warnings away", async (t) => {
	const verbose = await tsmpirun(t, ["-n", "2", "--verbose", "-x", "TSMPI_NOT_SET", "true"]);
	t.deepEqual(
		verbose.stderr
			.replaceAll(/host \S+, pid \d+/g, "..")
			.split("\n")
			.sort(),
		[
			"",
			"tsmpirun: -x TSMPI_NOT_SET: this variable is not set, so the ranks do not get it",
			"tsmpirun: rank 0 (..) exited with code 0",
			"tsmpirun: rank 0 (..) has started",
			"tsmpirun: rank 1 (..) exited with code 0",
			"tsmpirun: rank 1 (..) has started",
		],
	);
	t.is(verbose.stdout, "");
	const quiet = await tsmpirun(t, ["-n", "2", "--quiet", "-x", "TSMPI_NOT_SET", "sh", "-c", "exit 3"]);
	t.regex(quiet.stderr, /^tsmpirun: rank \d \(host \S+, pid \d+\) exited with code 3\n$/);
});
