import { hostname } from "node:os";
import { fileURLToPath } from "node:url";
import test from "ava";
import { tsmpirun } from "./support/run.ts";
import { runNode } from "./support/run-node.ts";

const example = (name: string) => fileURLToPath(new URL(`../examples/${name}`, import.meta.url));
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

test("the examples run by plain Node too, as a world of one", async (t) => {
	t.like(await runNode([example("hello.js")]), {
		code: 0,
		stdout: `Hello from rank 0 of 1 on ${hostname()}\n`,
	});
	t.like(await runNode([example("ring.js")]), { code: 0, stderr: "" });
	t.like(await runNode([example("pi.js"), "1000"]), { code: 0, stderr: "" });
});
