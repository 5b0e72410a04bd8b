import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { chmodSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import test from "ava";
import { validateModel, writeDemoModel } from "../../../../src/llama/index.ts";
import { temporaryFolder } from "../../support/models.ts";

const folder = temporaryFolder();
const run = promisify(execFile);

function sha256(path: string): string {
	return createHash("sha256").update(readFileSync(path)).digest("hex");
}

/** Asks for the demo model in a process with this environment, and gives its path. */
async function ask(env: Readonly<Record<string, string>>, code = "ensureDemoModel()"): Promise<string> {
	const source = `import { ensureDemoModel } from "tsmpi/llama"; console.log(await ${code});`;
	const { stdout } = await run(process.execPath, ["--input-type=module", "-e", source], {
		env: { ...process.env, ...env },
	});
	return stdout.trimEnd();
}

// To be changed only together with REVISION in cache.ts: caches hold these bytes.
const SUMS = {
	tiny: "15ca7db903a71742e749c9096531ff86d4b4465f232863e0d81e632202b864a1",
	cycle: "06f7f1abab99bc49102613df169cfdbf5825b3ea2cf4bb2ff146059300a1e79e",
	"cycle-eos": "1c26386d5b20879ccdc0f3d362dc827a18a2cda3ba84691c23abd8ef2fe85f97",
} as const;

for (const [preset, sum] of Object.entries(SUMS) as [keyof typeof SUMS, string][]) {
	test(`writeDemoModel() writes the same ${preset} everywhere`, async (t) => {
		const path = join(folder, `${preset}.gguf`);
		await writeDemoModel(path, preset);
		t.is(sha256(path), sum);
		t.is((await validateModel(path)).name, `tsmpi-demo-${preset}`);
	});
}

test("ensureDemoModel() works for processes that start at once, and leaves one file", async (t) => {
	const cache = join(folder, "cache");
	const paths = await Promise.all([1, 2, 3].map(() => ask({ XDG_CACHE_HOME: cache })));
	const path = join(cache, "tsmpi", "demo-tiny-1.gguf");
	t.deepEqual(paths, [path, path, path]);
	t.deepEqual(readdirSync(join(cache, "tsmpi")), ["demo-tiny-1.gguf"]);
	t.is(sha256(path), SUMS.tiny);
});

test("ensureDemoModel() takes the temporary folder where the cache cannot be written", async (t) => {
	// Not a folder's permissions, which do not bind root.
	writeFileSync(join(folder, "file"), "");
	const temporary = join(folder, "temporary");
	mkdirSync(temporary);
	const path = await ask({ XDG_CACHE_HOME: join(folder, "file"), TMPDIR: temporary });
	t.true(path.startsWith(join(temporary, "tsmpi-")));
	t.is(sha256(path), SUMS.tiny);
});

test("ensureDemoModel() says why where neither can be written", async (t) => {
	writeFileSync(join(folder, "other"), "");
	chmodSync(join(folder, "other"), 0o444);
	const nowhere = { XDG_CACHE_HOME: join(folder, "other"), TMPDIR: join(folder, "other") };
	t.regex(
		await ask(nowhere, "ensureDemoModel().catch(String)"),
		/^JobError: Cannot write the demo model: ENOTDIR: .*; ENOTDIR: /,
	);
});

test("ensureDemoModel() ignores a relative XDG_CACHE_HOME", async (t) => {
	const home = join(folder, "home");
	t.is(await ask({ XDG_CACHE_HOME: "relative", HOME: home }), join(home, ".cache/tsmpi/demo-tiny-1.gguf"));
});
