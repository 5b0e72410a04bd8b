import { hostname } from "node:os";
import { fileURLToPath } from "node:url";
import test, { type ExecutionContext } from "ava";
import { tsmpirun } from "./support/run.ts";
import { runNode } from "./support/run-node.ts";
import { turns } from "./support/turns.ts";

const example = (name: string) => fileURLToPath(new URL(`../examples/${name}`, import.meta.url));
const inTurn = turns(2);
const ranks = (size: number) => Array.from({ length: size }, (_, rank) => rank);

/** The ranks print at the same time: their lines come in any order. */
const sortedLines = (text: string) => text.trimEnd().split("\n").sort();

for (const size of [1, 2, 3]) {
	test(`hello.js on ${size} ranks greets once from each`, async (t) => {
		const { code, stdout, stderr } = await tsmpirun(t, ["-np", `${size}`, example("hello.js")]);
		t.deepEqual([code, stderr], [0, ""]);
		t.deepEqual(
			sortedLines(stdout),
			ranks(size).map((rank) => `Hello from rank ${rank} of ${size} on ${hostname()}`),
		);
	});

	test(`ring.js on ${size} ranks brings the token back to rank 0`, async (t) => {
		const { code, stdout, stderr } = await tsmpirun(t, ["-np", `${size}`, example("ring.js")]);
		t.deepEqual([code, stderr], [0, ""]);
		const passed = ranks(size)
			.slice(1)
			.map((rank) => `Rank ${rank} got the token from rank ${rank - 1}`);
		const back = `The token came back to rank 0 by way of ranks ${ranks(size).join(", ")}`;
		t.deepEqual(sortedLines(stdout), [...passed, back]);
	});

	test(`pi.js on ${size} ranks prints pi, its error and the time`, async (t) => {
		const { code, stdout, stderr } = await tsmpirun(t, ["-np", `${size}`, example("pi.js"), "100000"]);
		t.deepEqual([code, stderr], [0, ""]);
		const line = /^pi is (\S+) \(error (\S+)\), from 100000 intervals on (\d) ranks in [\d.]+ ms\n$/;
		const [, pi, error, on] = line.exec(stdout) ?? [];
		t.is(Number(on), size);
		// The midpoint rule is off by about 1 / (12 n²).
		t.true(Math.abs(Number(pi) - Math.PI) < 1e-10, stdout);
		t.true(Number(error) < 1e-10, stdout);
	});
}

for (const size of [1, 2, 3, 4]) {
	const run = (t: ExecutionContext, ...args: string[]) =>
		inTurn(() => tsmpirun(t, ["-np", `${size}`, ...args]));

	test(`matmul.js on ${size} ranks multiplies and checks itself`, async (t) => {
		const stdout = "C = A B of 50 x 50 is right; its trace is -551\n";
		t.like(await run(t, example("matmul.js"), "50"), { code: 0, stdout, stderr: "" });
	});

	test(`life.js on ${size} ranks brings the glider around the torus`, async (t) => {
		const { code, stdout, stderr } = await run(t, example("life.js"), "32");
		t.deepEqual([code, stderr], [0, ""]);
		const boards = stdout.split(/generation \d+\n/).slice(1);
		t.is(boards.length, 33);
		t.deepEqual(boards[0]?.trim().split(/\s+/).slice(0, 4), [".#......", "..#.....", "###.....", "........"]);
		t.deepEqual(boards[4]?.trim().split(/\s+/).slice(0, 5), [
			"........",
			"..#.....",
			"...#....",
			".###....",
			"........",
		]);
		// Four generations move it by one row and one column; 32 around both edges and home.
		t.is(new Set(boards).size, 32);
		t.is(boards[32], boards[0]);
	});

	test(`pool.js on ${size} ranks gives what its tasks give`, async (t) => {
		const stdout = [
			"27 takes 111 steps",
			"1 to 8 take 0, 1, 7, 2, 5, 8, 16, 3 steps",
			"77031 takes the most steps up to 100000: 350",
			"",
		].join("\n");
		t.like(await run(t, example("pool.js")), { code: 0, stdout, stderr: "" });
	});

	if (size === 1) continue;
	test(`master_worker.js on ${size} ranks counts all primes`, async (t) => {
		const stdout = "There are 17984 primes below 200000\n";
		t.like(await run(t, example("master_worker.js")), { code: 0, stdout, stderr: "" });
	});
}

test("life.js has more ranks than rows, and master_worker.js no worker, without harm", async (t) => {
	const life = await inTurn(() => tsmpirun(t, ["-np", "9", example("life.js"), "1"]));
	t.like(life, { code: 0, stderr: "" });
	t.regex(life.stdout, /^generation 0\n[^g]+generation 1\n[^g]+$/);
	const master = await inTurn(() => tsmpirun(t, ["-np", "1", example("master_worker.js")]));
	t.is(master.code, 1);
	t.regex(master.stderr, /called abort\(1\): a master needs at least one worker/);
});

test("the examples run by plain Node too, as a world of one", async (t) => {
	t.like(await runNode([example("hello.js")]), {
		code: 0,
		stdout: `Hello from rank 0 of 1 on ${hostname()}\n`,
	});
	t.like(await runNode([example("ring.js")]), { code: 0, stderr: "" });
	t.like(await runNode([example("pi.js"), "1000"]), { code: 0, stderr: "" });
	t.like(await runNode([example("matmul.js"), "20"]), { code: 0, stderr: "" });
	t.like(await runNode([example("life.js")]), { code: 0, stderr: "" });
	t.like(await runNode([example("pool.js")]), { code: 0, stderr: "" });
});
