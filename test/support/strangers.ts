import { connect } from "node:net";
import type { ExecutionContext } from "ava";
import { curveKeyPair, Push } from "zeromq";
import { ENVELOPE_BYTES, FrameType, writeEnvelope } from "../../src/wire/envelope.ts";

/** How long a stranger may stay connected, with room for a busy machine. */
const STAY_MS = 30_000;

/** Connects, says something, and resolves with what came back when the other side has closed the connection. */
export async function say(port: number, bytes: Uint8Array): Promise<Buffer> {
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
	const nothing = { kind: 0, opcode: 0, tag: 0, context: 0, id: 0, size: 0, root: -1, wantsDone: false };
	writeEnvelope(frame, { ...nothing, type: FrameType.EAGER, source: 1, sequence: 4_000_000_000 });
	return frame;
}

/** A ZeroMQ socket of a stranger that sends forged frames; resolves when its handshake has been refused, or not. */
export async function push(t: ExecutionContext, port: number, keys: object): Promise<string> {
	const socket = new Push({ linger: 0, sendTimeout: 0, reconnectInterval: -1, ...keys });
	t.teardown(() => socket.close());
	const { events } = socket;
	socket.connect(`tcp://127.0.0.1:${port}`);
	for (let count = 0; count < 3; count++) socket.send(forged()).catch(() => {});
	for await (const { type } of events) if (/^handshake|^disconnect/.test(type)) return type;
	return "nothing";
}

/** Socket options of somebody with other keys than the job's. */
export const wrongKeys = () => {
	const [own, server] = [curveKeyPair(), curveKeyPair()];
	return {
		curvePublicKey: own.publicKey,
		curveSecretKey: own.secretKey,
		curveServerKey: server.publicKey,
	};
};

const random = Buffer.from(Array.from({ length: 65_536 }, (_, i) => (i * i * 31 + i * 7) % 251));
/** What strangers say, by its name. */
export const speeches: Readonly<Record<string, Buffer>> = {
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
