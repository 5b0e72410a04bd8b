import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Socket } from "node:net";
import test, { type ExecutionContext } from "ava";
import { curveKeyPair } from "zeromq";
import type { KeyPair } from "../../src/control/messages.ts";
import { Mesh } from "../../src/transport/mesh.ts";

/** Somebody between two ranks, who sees and may change what rank 0 sends. */
interface Between {
	readonly port: number;
	readonly seen: () => Buffer;
	/** Ends all connections. */
	readonly cut: () => void;
}

async function between(
	t: ExecutionContext,
	target: number,
	change: (chunk: Buffer, from: number) => Buffer = (chunk) => chunk,
): Promise<Between> {
	const chunks: Buffer[] = [];
	const sockets = new Set<Socket>();
	const server = createServer((near) => {
		const far = connect(target, "127.0.0.1");
		let count = 0;
		for (const socket of [near, far]) sockets.add(socket.on("error", () => {}));
		near.on("data", (chunk: Buffer) => {
			chunks.push(chunk);
			far.write(change(chunk, count));
			count += chunk.length;
		});
		far.on("data", (chunk: Buffer) => near.write(chunk));
		near.on("close", () => far.destroy());
		far.on("close", () => near.destroy());
	});
	const cut = () => {
		for (const socket of sockets) socket.destroy();
	};
	server.listen(0, "127.0.0.1");
	await once(server, "listening");
	t.teardown(() => {
		cut();
		server.close();
	});
	return { port: (server.address() as AddressInfo).port, seen: () => Buffer.concat(chunks), cut };
}

/** Rank 0 that sends to rank 1, on different hosts. */
interface Pair {
	readonly send: (...frames: Buffer[]) => void;
	/** The port that rank 1 listens on. */
	readonly port: number;
	/** Tells rank 0 where rank 1 is to be found. */
	readonly meet: (port?: number) => void;
	/** What rank 1 has received. */
	readonly received: Buffer[][];
	readonly message: () => Promise<void>;
	/** Why rank 0 has no connection to rank 1. */
	readonly broken: Promise<string>;
	readonly breaks: () => number;
}

async function pair(
	t: ExecutionContext,
	keys: readonly [KeyPair | undefined, KeyPair | undefined],
	host = "127.0.0.1",
): Promise<Pair> {
	const received: Buffer[][] = [];
	let arrived = () => {};
	let breaks = 0;
	let broke: (text: string) => void = () => {};
	const broken = new Promise<string>((resolve) => {
		broke = resolve;
	});
	const [sender, receiver] = [0, 1].map((node) => {
		const mesh = new Mesh(node, {
			frames: {
				receive: (parts) => {
					received.push([...parts]);
					arrived();
				},
			},
			idle: { onIdle: () => undefined },
			onBroken: (_, error) => {
				breaks++;
				broke(error.message);
			},
		});
		t.teardown(() => {
			mesh.abandon();
			mesh.close();
		});
		return mesh;
	}) as [Mesh, Mesh];
	const networks = keys.map((own) => ({ ...(own && { keys: own }), addresses: [`${host}/8`] }));
	const ends = [
		await sender.bind({ network: networks[0] }),
		await receiver.bind({ network: networks[1] }),
	] as const;
	receiver.wanted = true;
	const port = Number(ends[1].tcp?.[0]?.match(/\d+$/)?.[0]);
	return {
		send: (...frames) => sender.lane(1).send(frames),
		port,
		meet: (other = port) => {
			const tcp = [`tcp://${host.includes(":") ? `[${host}]` : host}:${other}`];
			sender.peers = [
				{ host: "a", node: 0, endpoint: ends[0] },
				{ host: "b", node: 1, endpoint: { tcp } },
			];
		},
		received,
		message: () =>
			new Promise((resolve) => {
				arrived = resolve;
			}),
		broken,
		breaks: () => breaks,
	};
}

const both = (): [KeyPair, KeyPair] => {
	const keys = curveKeyPair();
	return [keys, keys];
};
const SECRET = Buffer.from("the quick brown fox jumps over the lazy dog");

test("what ranks of two hosts say cannot be read on the way, except with --insecure", async (t) => {
	for (const [keys, readable] of [
		[both(), false],
		[[undefined, undefined], true],
	] as const) {
		const ranks = await pair(t, keys);
		const { port, seen } = await between(t, ranks.port);
		ranks.meet(port);
		const came = ranks.message();
		ranks.send(SECRET);
		await came;
		t.deepEqual(ranks.received, [[SECRET]]);
		t.is(seen().includes(SECRET), readable);
		for (const half of keys[0] === undefined ? [] : [keys[0].publicKey, keys[0].secretKey]) {
			t.false(seen().includes(half));
		}
	}
});

test("bytes that are changed on the way end the connection, and nothing wrong arrives", async (t) => {
	const ranks = await pair(t, both());
	const body = Buffer.alloc(100_000, 7);
	const { port } = await between(t, ranks.port, (chunk, from) => {
		// Behind the handshake.
		const at = 20_000 - from;
		if (at < 0 || at >= chunk.length) return chunk;
		const changed = Buffer.from(chunk);
		changed[at] = (chunk[at] ?? 0) ^ 1;
		return changed;
	});
	ranks.meet(port);
	ranks.send(SECRET, body);
	t.is(await ranks.broken, "the connection has ended");
	t.deepEqual(ranks.received, []);
});

test("a connection that ends on the way is told once, and never goes on behind a gap", async (t) => {
	const ranks = await pair(t, both());
	const { port, cut } = await between(t, ranks.port);
	ranks.meet(port);
	const came = ranks.message();
	ranks.send(SECRET);
	await came;
	cut();
	t.is(await ranks.broken, "the connection has ended");
	for (let count = 0; count < 10; count++) ranks.send(SECRET);
	await new Promise((resolve) => setImmediate(resolve));
	t.is(ranks.breaks(), 1);
	t.is(ranks.received.length, 1);
});

test("a peer that does not listen, or has another key, is told with the reason", async (t) => {
	const server = createServer().listen(0, "127.0.0.1");
	await once(server, "listening");
	const { port } = server.address() as AddressInfo;
	server.close();
	await once(server, "close");
	const nobody = await pair(t, both());
	nobody.meet(port);
	nobody.send(SECRET);
	t.is(await nobody.broken, `no connection to tcp://127.0.0.1:${port}`);
	for (const [keys, why] of [
		[[curveKeyPair(), curveKeyPair()], "the handshake with"],
		[[undefined, curveKeyPair()], "the handshake with"],
		[[curveKeyPair(), undefined], "the handshake with"],
	] as const) {
		const ranks = await pair(t, keys);
		ranks.meet();
		ranks.send(SECRET);
		const text = await ranks.broken;
		t.true(text.startsWith(`${why} tcp://127.0.0.1:${ranks.port} failed`), text);
		t.deepEqual(ranks.received, []);
	}
});

test("a message above the largest frame arrives whole, over IPv6 too", async (t) => {
	for (const host of ["127.0.0.1", "::1"]) {
		const ranks = await pair(t, both(), host);
		ranks.meet();
		const body = Buffer.alloc(10 * 2 ** 20 + 3);
		for (let at = 0; at + 4 <= body.length; at += 4096) body.writeUInt32LE(at, at);
		const came = ranks.message();
		ranks.send(SECRET, body);
		await came;
		const [message] = ranks.received;
		t.is(message?.length, 2);
		t.deepEqual(message?.[0], SECRET);
		t.true(message?.[1]?.equals(body));
	}
});
