import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import test, { type ExecutionContext } from "ava";
import { Guard } from "../../../src/base/process/guard.ts";
import { workplace } from "../../support/workplace.ts";

const OWNER = fileURLToPath(new URL("./programs/owner.js", import.meta.url));

/** A process that nobody guards, but for the mark in its environment. */
function bystander(t: ExecutionContext, env: Readonly<Record<string, string>>) {
	const child = spawn("sleep", ["1000"], { env: { ...process.env, ...env }, stdio: "ignore" });
	t.teardown(() => child.kill("SIGKILL"));
	return child;
}

/** Starts an owner with a guarded process, and kills it; resolves when nothing of that is left. */
async function killOwner(t: ExecutionContext, mark: string): Promise<{ folder: string; left: string[] }> {
	const place = workplace(t);
	const folder = mkdtempSync(join(place.folder, "guarded-"));
	const owner = spawn(process.execPath, [OWNER, folder, mark], {
		env: { ...process.env, ...place.env },
		stdio: ["ignore", "pipe", "inherit"],
	});
	await once(owner.stdout, "data");
	t.is(place.left().length, 2, "the owner, and what it has started");
	owner.kill("SIGKILL");
	return { folder, left: await place.leftAfter(5000) };
}

test("Guard ends the process groups of a killed owner, removes its folder, and harms nobody else", async (t) => {
	const child = bystander(t, { TSMPI_TEST_OTHER: "1" });
	const { folder, left } = await killOwner(t, "");
	t.deepEqual(left, []);
	t.is(child.exitCode ?? child.signalCode, null);
	// The folder goes last.
	for (const end = performance.now() + 5000; existsSync(folder) && performance.now() < end; )
		await new Promise(setImmediate);
	t.false(existsSync(folder));
});

test("Guard ends the processes that carry its mark too", async (t) => {
	const mark = `TSMPI_TEST_MARK=${process.pid}`;
	const child = bystander(t, { TSMPI_TEST_MARK: `${process.pid}` });
	const exited = once(child, "exit");
	await killOwner(t, mark);
	t.deepEqual(await exited, [null, "SIGKILL"]);
});

test("Guard that is dismissed does nothing", async (t) => {
	const { folder } = workplace(t);
	const guarded = mkdtempSync(join(folder, "guarded-"));
	const child = bystander(t, {});
	const guard = new Guard({ name: "tsmpi-test-guard", folder: guarded, graceTenths: 0 });
	guard.watch(child.pid ?? 0);
	await guard.dismiss();
	t.true(existsSync(guarded));
	t.is(child.exitCode ?? child.signalCode, null);
	rmSync(guarded, { recursive: true });
});
