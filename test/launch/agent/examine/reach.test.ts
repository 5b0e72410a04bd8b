import { createServer } from "node:net";
import test from "ava";
import { openPort, unreachable } from "../../../../launch/agent/examine/reach.ts";

test("unreachable() names the hosts that do not answer with their word, and why", async (t) => {
	const open = await openPort();
	const shut = await openPort();
	shut.close();
	const silent = createServer().listen(0);
	t.teardown(() => {
		open.close();
		silent.close();
	});
	const silentPort = (silent.address() as { port: number }).port;
	const target = (name: string, port: number, word: string, addresses = ["127.0.0.1"]) => ({
		...{ name, port, word, addresses },
	});
	const failed = await unreachable(
		[
			target("good", open.port, open.word),
			// One address that answers is enough.
			target("two-ways", open.port, open.word, ["127.0.0.1", "127.0.0.2", "::1"]),
			target("shut", shut.port, shut.word),
			target("stranger", open.port, "another word"),
			target("silent", silentPort, "word"),
			target("nowhere", 1, "word", []),
		],
		200,
	);
	t.deepEqual(failed, [
		{ name: "shut", error: `127.0.0.1 port ${shut.port}: ECONNREFUSED` },
		{ name: "stranger", error: `127.0.0.1 port ${open.port}: somebody else answers` },
		{ name: "silent", error: `127.0.0.1 port ${silentPort}: no answer within 0.2 s` },
		{ name: "nowhere", error: "it has no address" },
	]);
});
