import { cpSync, mkdirSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import test from "ava";
import { tsmpirun } from "../../../support/run.ts";
import { temporaryFolder } from "../../support/models.ts";

const ROOT = fileURLToPath(new URL("../../../../../", import.meta.url));
const folder = temporaryFolder();

test("without node-llama-cpp the error says what to install", async (t) => {
	// The package as it is published, with its dependencies and not the optional peer.
	for (const path of ["package.json", "dist/src", "examples"]) {
		cpSync(join(ROOT, path), join(folder, path), { recursive: true });
	}
	mkdirSync(join(folder, "node_modules"));
	for (const name of ["zeromq", "msgpackr", "tdigest", "eventsource-parser"]) {
		symlinkSync(join(ROOT, "node_modules", name), join(folder, "node_modules", name));
	}
	const { code, stdout, stderr } = await tsmpirun(t, [
		...["-np", "2", join(folder, "examples/llama_sched.js"), "--engine", "node-llama-cpp"],
	]);
	t.is(code, 1);
	t.is(stdout, "");
	t.regex(
		stderr,
		/^tsmpirun: [^\n]+: Cannot start an engine: node-llama-cpp is not installed; run: npm install node-llama-cpp\n$/,
	);
});
