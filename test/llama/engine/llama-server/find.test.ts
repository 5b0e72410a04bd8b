import { chmodSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import test from "ava";
import { findLlamaServer } from "../../../../src/llama/engine/llama-server/find.ts";
import { EngineError } from "../../../../src/llama/index.ts";
import { temporaryFolder } from "../../support/models.ts";

const folder = temporaryFolder();
// Where builds are looked for: nothing of this host may be found.
process.env.XDG_CACHE_HOME = join(folder, "cache");

function program(...path: readonly string[]): string {
	const file = join(folder, ...path);
	mkdirSync(join(file, ".."), { recursive: true });
	writeFileSync(file, "#!/bin/sh\n");
	chmodSync(file, 0o755);
	return file;
}

test("findLlamaServer() takes what is given, then LLAMA_SERVER, then PATH, then the newest build", (t) => {
	const given = program("given");
	const named = program("named");
	const onPath = program("bin", "llama-server");
	t.is(findLlamaServer(undefined, { PATH: "" }), undefined);
	program("cache", "tsmpi", "llama-server-v0.9.0", "llama-server");
	const newest = program("cache", "tsmpi", "llama-server-v0.10.0", "llama-server");
	const env = { LLAMA_SERVER: named, PATH: `/nowhere:${join(folder, "bin")}` };
	t.is(findLlamaServer(given, env), given);
	t.is(findLlamaServer(undefined, env), named);
	t.is(findLlamaServer(undefined, { ...env, LLAMA_SERVER: "" }), onPath);
	t.is(findLlamaServer(undefined, { PATH: "/nowhere" }), newest);
});

test("findLlamaServer() refuses what is named and cannot be run", (t) => {
	const missing = join(folder, "missing");
	t.throws(() => findLlamaServer(missing), {
		instanceOf: EngineError,
		code: "ERR_ENGINE_MISSING",
		message: `Cannot run llama-server ${missing} (from --llama-server): there is no such program`,
	});
	const plain = join(folder, "plain");
	writeFileSync(plain, "");
	t.throws(() => findLlamaServer(undefined, { LLAMA_SERVER: plain }), {
		code: "ERR_ENGINE_MISSING",
		message: `Cannot run llama-server ${plain} (from LLAMA_SERVER): it cannot be executed`,
	});
	t.throws(() => findLlamaServer(folder), { message: /it cannot be executed$/ }, "a folder");
});
