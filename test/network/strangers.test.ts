import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { fileURLToPath } from "node:url";
import test, { type ExecutionContext } from "ava";
import { curveKeyPair, Push } from "zeromq";
import { ENVELOPE_BYTES, FrameType, writeEnvelope } from "../../src/wire/envelope.ts";
import { listeningPorts } from "../support/listening.ts";
import { type RunHandle, start } from "../support/run.ts";

const program = fileURLToPath(new URL("./programs/steady.js", import.meta.url));

/** How long a stranger may stay connected, with room for a busy machine. */
const STAY_MS = 30_000;

/** A job that exchanges messages over tcp until its input ends, and all ports that its processes listen on. */
async function steady(t: ExecutionContext, ...options: string[]) {
	const job = start(t, [...options, "-n", "3", program], {
		keepInput: true,
		env: { TSMPI_TRANSPORT: "tcp" },
	});
	const [, pids = ""] = await job.waitForLine(/^ready (.*)$/);
	const ports = [...pids.split(" ").map(Number), job.child.pid ?? 0].flatMap(listeningPorts);
	t.is(ports.length, 3, "each rank listens, and nobody else");
	return { job, ports };
}

/** The shortest of the next laps, in milliseconds: others at work on this machine only make them longer. */
async function shortestLap(job: RunHandle): Promise<number> {
	const laps: number[] = [];
	const first = (await newest(job)) + 1;
	for (let number = first; number < first + 5; number++) {
		laps.push(Number((await job.waitForLine(new RegExp(`^lap ${number} (\\d+)$`)))[1]));
	}
	return Math.min(...laps);
}

/** The number of the latest lap. */
async function newest(job: RunHandle): Promise<number> {
	for (let latest = 0; ; latest++) {
		const next = job.waitForLine(new RegExp(`^lap ${latest + 1} `)).then(() => true);
		const later = new Promise<false>((resolve) => setImmediate(() => resolve(false)));
		if (!(await Promise.race([next, later]))) return latest;
	}
}

async function endsRight(t: ExecutionContext, job: RunHandle): Promise<void> {
	job.child.stdin?.end();
	const { code, stdout, stderr } = await job.done;
	t.deepEqual([code, stderr], [0, ""]);
	t.regex(stdout, /^all rounds right$/m);
}

/** Connects, says something, and resolves with what came back when the other side has closed the connection. */
async function say(port: number, bytes: Uint8Array): Promise<Buffer> {
	const socket = connect(port, "127.0.0.1");
	const got: Buffer[] = [];
	let patient = true;
	socket.on("data", (chunk: Buffer) => got.push(chunk)).on("error", () => {});
	socket.setTimeout(STAY_MS, () => {
		patient = false;
		socket.destroy();
	});
	socket.write(bytes);
	await new Promise((resolve) => socket.once("close", resolve));
	if (!patient) throw new Error("nobody has closed the connection");
	return Buffer.concat(got);
}

/** A ZMTP greeting for a mechanism. */
function greeting(mechanism: string): Buffer {
	const bytes = Buffer.alloc(64);
	Buffer.from([0xff, 0, 0, 0, 0, 0, 0, 0, 1, 0x7f, 3, 0]).copy(bytes);
	bytes.write(mechanism, 12);
	return bytes;
}

/** A command of ZMTP that says it is this long, with the beginning of its body. */
function endless(length: bigint, body: Buffer): Buffer {
	const head = Buffer.alloc(9);
	head[0] = 6;
	head.writeBigUInt64BE(length, 1);
	return Buffer.concat([head, body]);
}

/** What would end a job if it came in: a frame that says it is from rank 1 and that others before it were lost. */
function forged(): Buffer {
	const frame = Buffer.alloc(ENVELOPE_BYTES);
	const nothing = { kind: 0, operation: 0, tag: 0, context: 0, id: 0, size: 0, root: -1, wantsDone: false };
	writeEnvelope(frame, { ...nothing, type: FrameType.EAGER, source: 1, sequence: 4_000_000_000 });
	return frame;
}

/** A ZeroMQ socket of a stranger that sends forged frames; resolves when its handshake has been refused, or not. */
async function push(t: ExecutionContext, port: number, keys: object): Promise<string> {
	const socket = new Push({ linger: 0, sendTimeout: 0, reconnectInterval: -1, ...keys });
	t.teardown(() => socket.close());
	const { events } = socket;
	socket.connect(`tcp://127.0.0.1:${port}`);
	for (let count = 0; count < 3; count++) socket.send(forged()).catch(() => {});
	for await (const { type } of events) if (/^handshake|^disconnect/.test(type)) return type;
	return "nothing";
}

const wrongKeys = () => {
	const [own, server] = [curveKeyPair(), curveKeyPair()];
	return {
		curvePublicKey: own.publicKey,
		curveSecretKey: own.secretKey,
		curveServerKey: server.publicKey,
	};
};

const random = Buffer.from(Array.from({ length: 65_536 }, (_, i) => (i * i * 31 + i * 7) % 251));
const speeches: Readonly<Record<string, Buffer>> = {
	nothing: Buffer.alloc(0),
	"random bytes": random,
	"half a greeting": greeting("CURVE").subarray(0, 20),
	"a greeting of somebody without a key": greeting("NULL"),
	"a greeting of CURVE and then random bytes": Buffer.concat([greeting("CURVE"), random]),
	"a greeting of CURVE and then a message without end": Buffer.concat([
		greeting("CURVE"),
		endless(2n ** 40n, Buffer.alloc(2 ** 20)),
	]),
	HTTP: Buffer.from("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n"),
	TLS: Buffer.concat([Buffer.from([22, 3, 1, 2, 0, 1, 0, 1, 252, 3, 3]), random.subarray(0, 506)]),
};

test("a stranger at any port of a job gets nothing and changes nothing", async (t) => {
	const { job, ports } = await steady(t);
	const answers = ports.flatMap((port) =>
		Object.entries(speeches).map(async ([what, bytes]) => {
			const answer = await say(port, bytes);
			// libzmq's own greeting, the same for everybody, and perhaps an error: never a message.
			t.true(answer.length <= 128, `${what}: ${answer.length} bytes came back`);
		}),
	);
	for (const port of ports) {
		t.regex(await push(t, port, {}), /^handshake:error|^disconnect/, "no key");
		t.regex(await push(t, port, wrongKeys()), /^handshake:error|^disconnect/, "wrong key");
	}
	await Promise.all(answers);
	await endsRight(t, job);
});

test("what strangers send would end a job with --insecure", async (t) => {
	const { job, ports } = await steady(t, "--insecure");
	t.is(await push(t, ports[0] ?? 0, {}), "handshake");
	const { code, stderr } = await job.done;
	t.is(code, 1);
	t.regex(stderr, /^tsmpirun: --insecure: connections between ranks are neither encrypted/);
	t.regex(stderr, /Messages from rank 1 were lost on the way/);
});

test("10,000 connections do not slow a job down noticeably", async (t) => {
	const { job, ports } = await steady(t);
	const before = await shortestLap(job);
	const sockets: Socket[] = [];
	t.teardown(() => {
		for (const socket of sockets) socket.destroy();
	});
	let connected = 0;
	for (let count = 0; count < 10_000; count++) {
		const socket = connect(ports[count % ports.length] ?? 0, "127.0.0.1", () => connected++);
		sockets.push(socket.on("error", () => {}));
		if (count % 100 === 99) await once(socket, "connect");
	}
	t.true(connected > 9000, `${connected} connections were made`);
	const during = await shortestLap(job);
	t.log(`100 rounds: ${before} ms alone, ${during} ms with strangers around`);
	t.true(during < 5 * before + 100, `100 rounds took ${before} ms, and ${during} ms with strangers around`);
	await endsRight(t, job);
});
