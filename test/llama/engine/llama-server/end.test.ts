import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import test, { type ExecutionContext } from "ava";
import { LLAMA_SERVER } from "../../support/bare-server.ts";
import { temporaryFolder, writeCycle } from "../../support/models.ts";
import { descendants, untilGone } from "../../support/processes.ts";

const folder = temporaryFolder();
const PROGRAM = fileURLToPath(new URL("../../programs/unclosed.js", import.meta.url));
const withServer = LLAMA_SERVER === undefined ? test.skip : test;

/** A program of its own process group with an engine at work, all that it has started, and its TMPDIR. */
async function working(t: ExecutionContext, name: string) {
	const model = await writeCycle(join(folder, `${name}.gguf`));
	const temporary = join(folder, name);
	mkdirSync(temporary);
	const child = spawn(process.execPath, [PROGRAM, model, "kill", "llama-server"], {
		stdio: ["ignore", "pipe", "ignore"],
		detached: true,
		env: { ...process.env, TMPDIR: temporary },
	});
	t.teardown(() => child.kill("SIGKILL"));
	const [line] = (await once(createInterface(child.stdout), "line")) as [string];
	const started = descendants(child.pid ?? -1).map(({ pid }) => pid);
	return { child, server: Number(line.split(" ")[0]), started, left: () => readdirSync(temporary) };
}

withServer(
	"killed together with its process group, a rank leaves no llama-server, guard or socket",
	async (t) => {
		const { child, server, started, left } = await working(t, "group");
		t.true(started.length >= 2 && started.includes(server), "the server and its guard");
		t.is(left().length, 1);
		process.kill(-(child.pid ?? 0), "SIGKILL");
		await t.notThrowsAsync(untilGone(started, 5000));
		t.deepEqual(left(), []);
	},
);

withServer("llama-server has a process group of its own, and ends with an interrupted rank", async (t) => {
	const { child, server, started, left } = await working(t, "signal");
	t.is(groupOf(child.pid ?? -1), child.pid ?? -1);
	t.is(groupOf(server), server);
	process.kill(-(child.pid ?? 0), "SIGINT");
	await once(child, "exit");
	await t.notThrowsAsync(untilGone(started, 5000));
	t.deepEqual(left(), []);
});

function groupOf(pid: number): number {
	const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
	return Number(stat.slice(stat.lastIndexOf(")") + 2).split(" ")[2]);
}
