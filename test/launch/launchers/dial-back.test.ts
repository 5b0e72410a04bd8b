import { once } from "node:events";
import { connect } from "node:net";
import { text } from "node:stream/consumers";
import test, { type ExecutionContext } from "ava";
import { dial } from "../../../launch/agent/dial.ts";
import { DialBack } from "../../../launch/launchers/dial-back.ts";
import { AGENT_LINE } from "../../../launch/link/greeting.ts";
import type { AgentToHead, HeadToAgent } from "../../../launch/link/protocol.ts";
import { StreamLink } from "../../../launch/link/stream-link.ts";
import { ownVersion } from "../../../launch/machine/package-root.ts";

async function open(t: ExecutionContext): Promise<DialBack> {
	const dialBack = await DialBack.open(undefined);
	t.teardown(() => dialBack.close());
	return dialBack;
}

/** An agent's end of the connection, after its first line. */
async function agent(key: string, target: string, name: string, version = ownVersion()) {
	const socket = await dial(target, name, { key: key });
	const hello = { version, root: "/there", node: process.versions.node, hostname: name, pid: 1 };
	socket.write(`\n${AGENT_LINE}${JSON.stringify(hello)}\n`);
	return new StreamLink<AgentToHead, HeadToAgent>(socket, socket);
}

/** Whether anybody listens there. */
async function isOpen(target: string): Promise<boolean> {
	const [, host = "", port = ""] = /^\[?(.*?)\]?:(\d+)$/.exec(target.split(",")[0] ?? "") ?? [];
	const socket = connect({ host, port: Number(port) });
	return Promise.race([once(socket, "connect").then(() => true), once(socket, "close").then(() => false)])
		.catch(() => false)
		.finally(() => socket.destroy());
}

test("each agent gets its own link, whichever comes first, and the port closes behind the last", async (t) => {
	const dialBack = await open(t);
	const links = ["a", "b"].map((name) => dialBack.expect(name));
	for (const name of ["b", "a"]) {
		t.true(await isOpen(dialBack.target));
		const far = await agent(dialBack.key, dialBack.target, name);
		far.send({ type: "refused", text: `this is ${name}`, exitCode: 1 });
		t.teardown(() => far.close());
	}
	for (const [index, name] of ["a", "b"].entries()) {
		const link = await links[index];
		const message = await new Promise((resolve) => link?.onMessage(resolve));
		t.deepEqual(message, { type: "refused", text: `this is ${name}`, exitCode: 1 });
		link?.close();
	}
	t.false(await isOpen(dialBack.target));
});

test("strangers get nothing, and the agent still gets through", async (t) => {
	const dialBack = await open(t);
	const link = dialBack.expect("a");
	const wrong = "00".repeat(32);
	await t.throwsAsync(dial(dialBack.target, "a", { key: wrong }), {
		message: /^tsmpirun cannot be reached at \S+ \(.+\)/,
	});
	await t.throwsAsync(dial(dialBack.target, "b", { key: dialBack.key }), { message: /cannot be reached/ });
	const [, host = "", port = ""] = /^\[?(.*?)\]?:(\d+)$/.exec(dialBack.target.split(",")[0] ?? "") ?? [];
	for (const bytes of ["GET / HTTP/1.1\r\n\r\n", `\n${AGENT_LINE}{}\n`, "\x16\x03\x01\x00"]) {
		const socket = connect({ host, port: Number(port) });
		socket.on("error", () => {});
		socket.end(bytes);
		// A TLS alert at the most.
		t.true((await text(socket).catch(() => "")).length <= 7);
	}
	const silent = connect({ host, port: Number(port) });
	t.teardown(() => silent.destroy());
	const far = await agent(dialBack.key, dialBack.target, "a");
	far.close();
	await t.notThrowsAsync(link);
	// The name is taken now.
	await t.throwsAsync(dial(dialBack.target, "a", { key: dialBack.key }));
});

test("an agent of another version, and one that says nothing, are errors that name the host", async (t) => {
	const dialBack = await open(t);
	const old = dialBack.expect("a");
	const mute = dialBack.expect("b");
	(await agent(dialBack.key, dialBack.target, "a", "0.0.1")).close();
	await t.throwsAsync(old, {
		message: /^Cannot start an agent on host a: tsmpi in \/there is version 0\.0\.1 there/,
	});
	(await dial(dialBack.target, "b", { key: dialBack.key })).destroy();
	await t.throwsAsync(mute, {
		message: "Cannot start an agent on host b: its connection has ended at once",
	});
	await t.throwsAsync(DialBack.open("nonesuch0"), {
		message: /^Cannot use --iface nonesuch0 on this host: /,
	});
});
