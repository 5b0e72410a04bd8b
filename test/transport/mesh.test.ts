import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import test, { type ExecutionContext } from "ava";
import { curveKeyPair } from "zeromq";
import { Mesh } from "../../src/transport/mesh.ts";

/** What one rank has received, and a way to wait for more. */
class Received {
	readonly frames: Buffer[][] = [];
	#waiting: { readonly count: number; readonly resolve: () => void } | undefined;

	readonly add = (parts: readonly Buffer[]): void => {
		this.frames.push([...parts]);
		if (this.#waiting !== undefined && this.frames.length >= this.#waiting.count) this.#waiting.resolve();
	};

	async until(count: number): Promise<void> {
		if (this.frames.length >= count) return;
		await new Promise<void>((resolve) => {
			this.#waiting = { count, resolve };
		});
	}
}

interface Node {
	readonly mesh: Mesh;
	readonly received: Received;
}

/** Ranks of one process that know each other; "mixed": on two hosts, of which each has both kinds of addresses. */
async function meshOf(
	t: ExecutionContext,
	size: number,
	transport: "ipc" | "tcp" | "mixed",
): Promise<Node[]> {
	const keys = curveKeyPair();
	const folder = mkdtempSync(join(tmpdir(), "tsmpi-mesh-"));
	const node = (rank: number) => (transport === "mixed" ? rank % 2 : 0);
	const ranks = Array.from({ length: size }, (_, rank) => {
		const received = new Received();
		const mesh = new Mesh(node(rank), {
			frames: { receive: received.add },
			idle: { onIdle: () => undefined },
			onBroken: (dest, error) => t.fail(`rank ${rank} to ${dest}: ${error}`),
		});
		return { mesh, received };
	});
	t.teardown(() => {
		for (const { mesh } of ranks) {
			mesh.abandon();
			mesh.close();
		}
		rmSync(folder, { recursive: true });
	});
	const peers = await Promise.all(
		ranks.map(async ({ mesh }, rank) => {
			const endpoint = await mesh.bind({
				...(transport === "tcp" ? {} : { ipc: `ipc://${folder}/${rank}` }),
				...(transport === "ipc" ? {} : { network: { keys, addresses: ["127.0.0.1/8"] } }),
			});
			return { host: "here", node: node(rank), endpoint };
		}),
	);
	for (const { mesh } of ranks) mesh.peers = peers;
	return ranks;
}

for (const transport of ["ipc", "tcp", "mixed"] as const) {
	test(`Mesh over ${transport} keeps frames and the order of each sender`, async (t) => {
		const ranks = await meshOf(t, 3, transport);
		const COUNT = 1000;
		for (const [source, { mesh }] of ranks.entries()) {
			mesh.wanted = true;
			for (let count = 0; count < COUNT; count++) {
				const head = Buffer.from([source, count % 256]);
				for (let dest = 0; dest < 3; dest++) {
					if (dest !== source)
						mesh.lane(dest).send(count % 2 === 0 ? head : [head, Buffer.alloc(count, count)]);
				}
			}
		}
		await Promise.all(ranks.map(({ received }) => received.until(2 * COUNT)));
		for (const [rank, { received }] of ranks.entries()) {
			const next = [0, 0, 0];
			for (const [head, body] of received.frames) {
				const source = head?.[0] ?? 0;
				const count = next[source] ?? 0;
				next[source] = count + 1;
				t.is(head?.[1], count % 256);
				if (count % 2 === 1) t.deepEqual(body, Buffer.alloc(count, count));
				else t.is(body, undefined);
			}
			t.deepEqual(
				next,
				[0, 1, 2].map((source) => (source === rank ? 0 : COUNT)),
			);
		}
	});
}

test("Mesh.bind() tells where it listens", async (t) => {
	const mesh = new Mesh(0, {
		frames: { receive: () => {} },
		idle: { onIdle: () => undefined },
		onBroken: () => {},
	});
	t.teardown(() => mesh.close());
	const endpoint = await mesh.bind({ network: { addresses: ["127.0.0.1/8", "::1/128"] } });
	t.deepEqual(Object.keys(endpoint), ["tcp"]);
	t.regex(endpoint.tcp?.[0] ?? "", /^tcp:\/\/127\.0\.0\.1:\d+$/);
	t.regex(endpoint.tcp?.[1] ?? "", /^tcp:\/\/\[::1\]:\d+$/);
	await t.throwsAsync(mesh.bind({ ipc: "ipc:///no/such/folder/0" }));
});

test("Mesh lets timers run while messages come in without a pause", async (t) => {
	const [sender, receiver] = (await meshOf(t, 2, "ipc")) as [Node, Node];
	for (let count = 0; count < 20_000; count++) sender.mesh.lane(1).send(Buffer.alloc(8));
	receiver.mesh.wanted = true;
	let turns = 0;
	const count = () => {
		turns++;
		immediate = setImmediate(count);
	};
	let immediate = setImmediate(count);
	await receiver.received.until(20_000);
	clearImmediate(immediate);
	t.true(turns > 5, `${turns} turns of the event loop`);
});

test("Mesh that nobody waits for takes nothing in, and everything later", async (t) => {
	const [sender, receiver] = (await meshOf(t, 2, "ipc")) as [Node, Node];
	receiver.mesh.wanted = true;
	sender.mesh.lane(1).send(Buffer.from("first"));
	await receiver.received.until(1);
	receiver.mesh.wanted = false;
	// One receive may be under way still: it takes the second message.
	for (const text of ["second", "third", "fourth"]) sender.mesh.lane(1).send(Buffer.from(text));
	await receiver.received.until(2);
	await new Promise((resolve) => setImmediate(resolve));
	t.true(receiver.received.frames.length <= 3);
	receiver.mesh.wanted = true;
	await receiver.received.until(4);
	t.deepEqual(
		receiver.received.frames.map(([frame]) => `${frame}`),
		["first", "second", "third", "fourth"],
	);
});

test("Mesh.lane() to a rank without an address for this host fails", async (t) => {
	const [rank] = (await meshOf(t, 1, "ipc")) as [Node];
	t.throws(() => rank.mesh.lane(5).send(Buffer.alloc(1)), {
		message: "Cannot reach rank 5: it has no address for this host",
	});
});
