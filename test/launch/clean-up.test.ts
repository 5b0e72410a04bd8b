import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import test from "ava";
import { start, tsmpirun } from "../support/run.ts";
import { workplace } from "../support/workplace.ts";

const STAY = fileURLToPath(new URL("./programs/stay.js", import.meta.url));

/** After tsmpirun's own SIGKILL everything must be gone in this time. */
const LIMIT_MS = 5000;

for (const [what, words] of [
	["ranks", []],
	["ranks that ignore signals", ["deaf"]],
] as const) {
	test(`kill -9 of tsmpirun leaves nothing of ${what}`, async (t) => {
		const place = workplace(t);
		const job = start(t, ["-n", "3", STAY, ...words], place);
		for (const rank of [0, 1, 2]) await job.waitForLine(new RegExp(`^rank ${rank} pid`));
		t.is(place.left().length, 5, "tsmpirun, three ranks, a folder");
		job.child.kill("SIGKILL");
		t.deepEqual(await place.leftAfter(LIMIT_MS), []);
	});
}

/** A process that ignores signals, in a session of its own, with or without the rank's output. */
const HIDDEN = (redirection: string) =>
	`setsid sh -c 'trap "" TERM INT HUP; echo hidden $$; ${redirection}; while :; do sleep 0.2; done' &`;

test("kill -9 of tsmpirun leaves no process that a rank started", async (t) => {
	const place = workplace(t);
	const script = `${HIDDEN("exec >/dev/null 2>&1")} sleep 60 & echo child $!; wait`;
	const job = start(t, ["-n", "2", "--tag-output", "sh", "-c", script], place);
	for (const rank of [0, 1]) {
		for (const word of ["child", "hidden"]) await job.waitForLine(new RegExp(`^\\[${rank}\\] ${word}`));
	}
	job.child.kill("SIGKILL");
	t.deepEqual(await place.leftAfter(LIMIT_MS), []);
});

test("processes that a rank leaves behind end with the job", async (t) => {
	const place = workplace(t);
	// The rank goes on only when its process in the other session is there.
	const ready = 'mkfifo "$TMPDIR/../ready"; ';
	const script = `${ready}${HIDDEN('exec >/dev/null 2>&1; echo > "$TMPDIR/../ready"')} sleep 60 >&2 & read -r x < "$TMPDIR/../ready"`;
	const result = await tsmpirun(t, ["-n", "1", "sh", "-c", script], place);
	t.is(result.code, 0);
	t.regex(result.stdout, /^hidden \d+\n$/);
	t.deepEqual(await place.leftAfter(1000), []);
});

test("a process that holds a rank's output open does not keep the job", async (t) => {
	const place = workplace(t);
	const result = await tsmpirun(t, ["-n", "2", "sh", "-c", `${HIDDEN("")} sleep 0.1`], place);
	t.is(result.code, 0);
	t.true(result.ms < 20_000);
	t.deepEqual(await place.leftAfter(1000), []);
});

test("the private folder is only this user's, and its name is short enough for sockets", async (t) => {
	const place = workplace(t);
	const long = `${place.folder}/${"x".repeat(90)}`;
	for (const [folder, made] of [
		[place.folder, true],
		[long, false],
	] as const) {
		const script = `mkdir -p ${long}; dirname "$TSMPI_CONTROL"; stat -c %a "$(dirname "$TSMPI_CONTROL")"`;
		const result = await tsmpirun(t, ["-n", "1", "sh", "-c", script], { env: { TMPDIR: folder } });
		const [path = "", mode] = result.stdout.split("\n");
		t.is(mode, "700");
		t.is(path.startsWith(`${folder}/tsmpi-`), made);
		t.throws(() => readFileSync(path), { code: "ENOENT" });
	}
});

test("a TMPDIR that cannot be used is one clear line", async (t) => {
	for (const folder of ["/no/such/folder", "/proc"]) {
		const result = await tsmpirun(t, ["-n", "2", "true"], { env: { TMPDIR: folder } });
		t.is(result.code, 1);
		t.true(result.stderr.startsWith(`tsmpirun: Cannot make a folder for the job in TMPDIR (${folder}): `));
		t.is(result.stderr.split("\n").length, 2);
	}
});
