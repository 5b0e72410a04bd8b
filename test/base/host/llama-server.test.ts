import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import test from "ava";
import { lookForLlamaServer } from "../../../src/base/host/llama-server.ts";
import { hasNvidiaDriver } from "../../../src/base/host/nvidia.ts";
import { tsmpirun } from "../../support/run.ts";

const folder = mkdtempSync(join(tmpdir(), "tsmpi-test-"));
test.after.always(() => rmSync(folder, { recursive: true, force: true }));

function program(...path: readonly string[]): string {
	const file = join(folder, ...path);
	mkdirSync(dirname(file), { recursive: true });
	writeFileSync(file, "#!/bin/sh\n");
	chmodSync(file, 0o755);
	return file;
}

const built = (version: string) => program("cache", "tsmpi", `llama-server-${version}`, "llama-server");
const [, newest, cuda] = [built("v0.9.0"), built("v0.10.0"), built("v0.1.0-cuda")];
process.env.XDG_CACHE_HOME = join(folder, "cache");

/** By name or by path, and by a path that is not absolute. */
const own = program("bin", "my-llama");
const plain = join(folder, "bin", "plain");
writeFileSync(plain, "");

const PATH = join(folder, "bin");

test("lookForLlamaServer() takes the newest build, and one for CUDA only where there is a driver", (t) => {
	t.deepEqual(lookForLlamaServer(undefined, { PATH: "/nowhere" }), {
		path: hasNvidiaDriver() ? cuda : newest,
	});
});

test("lookForLlamaServer() takes a name on PATH for what LLAMA_SERVER or an option name", (t) => {
	t.deepEqual(lookForLlamaServer(undefined, { PATH, LLAMA_SERVER: "my-llama" }), { path: own });
	t.deepEqual(lookForLlamaServer("my-llama", { PATH, LLAMA_SERVER: plain }), { path: own });
});

test("lookForLlamaServer() says why what is named cannot be used", (t) => {
	t.deepEqual(lookForLlamaServer(undefined, { PATH, LLAMA_SERVER: "no-llama" }), {
		...{ named: "no-llama", source: "LLAMA_SERVER", why: "there is no such program" },
	});
	t.deepEqual(lookForLlamaServer(plain, { PATH }), {
		...{ named: plain, source: "--llama-server", why: "it cannot be executed" },
	});
});

for (const [what, env] of [
	["the newest build", { LLAMA_SERVER: "", PATH: "/nowhere" }],
	["a name on PATH", { LLAMA_SERVER: "my-llama", PATH }],
	["nothing that is named and missing", { LLAMA_SERVER: "no-llama", PATH }],
] as const) {
	test(`--doctor names the llama-server that engines use: ${what}`, async (t) => {
		const found = lookForLlamaServer(undefined, env);
		const { stdout } = await tsmpirun(t, ["--doctor"], {
			env: { ...env, XDG_CACHE_HOME: join(folder, "cache") },
		});
		const shown = "path" in found ? `  ${found.path}  ` : "LLAMA_SERVER=no-llama is not a program";
		t.true(stdout.includes(shown), stdout);
	});
}
