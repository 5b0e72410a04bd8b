import { execFile } from "node:child_process";
import { chmodSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { PassThrough } from "node:stream";
import { promisify } from "node:util";
import test from "ava";
import { readHello } from "../../../launch/launchers/handshake.ts";
import { remoteCommand } from "../../../launch/launchers/remote-command.ts";
import { ownVersion } from "../../../launch/machine/package-root.ts";
import { findOnPath } from "../../../src/base/host/path.ts";
import { workplace } from "../../support/workplace.ts";

for (const shell of ["sh", "bash", "tcsh", "fish"]) {
	const found = findOnPath(shell, process.env.PATH);
	const title = `remoteCommand() means the same to ${shell}, whatever the folders are called`;
	const declare = found === undefined ? test.skip : test;
	declare(found === undefined ? `${title} (needs ${shell})` : title, async (t) => {
		const folder = join(workplace(t).folder, `it's "a" $folder`);
		const agent = join(folder, "dist", "launch", "agent");
		mkdirSync(agent, { recursive: true });
		writeFileSync(join(agent, "main.js"), "");
		const node = join(folder, "node");
		writeFileSync(node, '#!/bin/sh\nprintf "%s|" "$@"\n');
		chmodSync(node, 0o755);
		const command = remoteCommand({ node, prefix: folder }, ["--dial", "it's $x"]);
		const { stdout } = await promisify(execFile)(found ?? shell, ["-c", command]);
		t.is(stdout, `\ntsmpi-shell\n${join(agent, "main.js")}|--dial|it's $x|`);
	});
}

const hello = { version: ownVersion(), root: "/x", node: "20.19.0", hostname: "node1", pid: 5 };

test("readHello() skips what a shell prints and leaves what follows in the stream", async (t) => {
	const stream = new PassThrough();
	let shells = 0;
	const read = readHello(stream, "node1", { shell: () => shells++ });
	stream.write("Welcome!\nno line end");
	stream.write("\ntsmpi-shell\nmore\n\ntsmpi-ag");
	stream.write(`ent ${JSON.stringify(hello)}\nrest`);
	t.deepEqual(await read, hello);
	t.is(shells, 1);
	t.is(String(stream.read()), "rest");
});

test("readHello() gives up a shell that prints without end", async (t) => {
	const stream = new PassThrough();
	const read = readHello(stream, "node1");
	for (let i = 0; i < 20; i++) stream.write(Buffer.alloc(100_000, "x"));
	await t.throwsAsync(read, {
		message: "Cannot start an agent on host node1: its shell prints without end",
	});
});
