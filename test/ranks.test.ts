import { readdirSync } from "node:fs";
import { fileURLToPath } from "node:url";
import test from "ava";
import { tsmpirun } from "./support/run.ts";
import { runNode } from "./support/run-node.ts";
import { turns } from "./support/turns.ts";

/** Rank programs, which assert what they see: a job is right if it ends with 0 and has nothing to say. */
const folder = fileURLToPath(new URL("./ranks/", import.meta.url));
const programs = readdirSync(folder).filter((name) => name.endsWith(".js"));
/** Programs that call every operation, from and to every rank. */
const operations = ["collectives", "communicators", "messages", "overlap", "reductions", "vectors"];
const inTurn = turns(2);
const silence = { code: 0, signal: null, stdout: "", stderr: "" };

/** libzmq's own remark when the machine is so busy that its threads take half a second to end. */
const REMARK = /^\(node:\d+\) WARNING: Waiting for queued ZeroMQ messages to be delivered.*\n/gm;
const withoutRemark = <T extends { readonly stderr: string }>(result: T) => ({
	...result,
	stderr: result.stderr.replace(REMARK, ""),
});

for (const program of programs) {
	const name = program.replace(".js", "");
	for (const size of operations.includes(name) ? [1, 2, 3, 4, 5, 7, 8] : [1, 2, 3, 4, 7]) {
		test(`${name} on ${size === 1 ? "1 rank" : `${size} ranks`}`, async (t) => {
			const result = await inTurn(() => tsmpirun(t, ["-n", `${size}`, `${folder}${program}`]));
			t.like(withoutRemark(result), silence);
		});
	}
	test(`${name} on 3 ranks over tcp`, async (t) => {
		const env = { TSMPI_TRANSPORT: "tcp" };
		const result = await inTurn(() => tsmpirun(t, ["-n", "3", `${folder}${program}`], { env }));
		t.like(withoutRemark(result), silence);
	});
	test(`${name} without tsmpirun`, async (t) => {
		const result = await inTurn(() => runNode([`${folder}${program}`]));
		t.like(withoutRemark(result), silence);
	});
}
