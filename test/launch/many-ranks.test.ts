import test from "ava";
import { tsmpirun } from "../support/run.ts";
import { shell } from "../support/shell.ts";
import { workplace } from "../support/workplace.ts";

test("64 ranks all start, and their lines stay whole", async (t) => {
	const place = workplace(t);
	const script = 'printf "rank "; sleep 0.1; echo "$TSMPI_RANK of $TSMPI_SIZE"';
	const { code, stdout, stderr } = await tsmpirun(t, ["-n", "64", "sh", "-c", script], place);
	t.is(stderr, "");
	t.is(code, 0);
	const expected = Array.from({ length: 64 }, (_, rank) => `rank ${rank} of 64`);
	t.deepEqual(stdout.trimEnd().split("\n").sort(), expected.sort());
	t.deepEqual(place.left(), []);
});

test("32 ranks join one job", async (t) => {
	const place = workplace(t);
	const script =
		"import { init, SUM } from 'tsmpi'; const { world } = await init();" +
		"console.log(await world.allreduce(world.rank, { op: SUM }));";
	const node = [process.execPath, "--input-type=module", "-e", script];
	const { code, stdout } = await tsmpirun(t, ["-n", "32", ...node], place);
	t.is(code, 0);
	t.is(stdout, "496\n".repeat(32));
	t.deepEqual(place.left(), []);
});

test("too few file descriptors for all ranks is one clear line, and ends those that have started", async (t) => {
	const place = workplace(t);
	const { code, stderr } = await shell(t, "ulimit -n 60; tsmpirun -n 64 sleep 60", place.env);
	t.is(code, 1);
	t.regex(stderr, /^tsmpirun: Cannot start rank \d+ \(\S*sleep\): EMFILE.*\n$/);
	t.deepEqual(await place.leftAfter(1000), []);
});
