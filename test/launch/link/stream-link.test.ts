import { PassThrough } from "node:stream";
import test, { type ExecutionContext } from "ava";
import { chunkFrames, FrameReader, messageFrame, PING } from "../../../launch/link/frames.ts";
import { StreamLink } from "../../../launch/link/stream-link.ts";
import type { MessageType } from "../../../launch/link/urgency.ts";

interface Message {
	readonly type: MessageType;
	readonly number?: number;
	readonly chunk?: Uint8Array;
}

type TestLink = StreamLink<Message, Message>;

/** Two ends of a link, and the streams between them. */
function pair(t: ExecutionContext) {
	const [there, back] = [new PassThrough(), new PassThrough()];
	const near: TestLink = new StreamLink(back, there);
	const far: TestLink = new StreamLink(there, back);
	t.teardown(() => {
		there.destroy();
		back.destroy();
	});
	return { near, far, there, back };
}

/** Resolves with the first so many messages. */
function messages(link: TestLink, count: number): Promise<Message[]> {
	const got: Message[] = [];
	return new Promise((resolve) => {
		link.onMessage((message) => {
			got.push(message);
			if (got.length === count) resolve(got);
		});
	});
}

test("FrameReader finds messages, chunks and pings, however the bytes are cut", (t) => {
	const chunk = Buffer.from(Array.from({ length: 200_000 }, (_, index) => index % 251));
	const bytes = Buffer.concat([
		messageFrame({ type: "a", text: "ü" }),
		PING,
		...[...chunkFrames({ type: "output", rank: 3 }, chunk)].flat(),
		...[...chunkFrames({ type: "drained" }, new Uint8Array())].flat(),
	]);
	for (const size of [1, 3, 7, 1000, 65_541, bytes.length]) {
		const reader = new FrameReader();
		const got: unknown[] = [];
		for (let from = 0; from < bytes.length; from += size) {
			got.push(...reader.push(bytes.subarray(from, from + size)));
		}
		const empty = Buffer.alloc(0);
		t.deepEqual(
			got,
			[
				{ type: "a", text: "ü" },
				undefined,
				{ type: "output", rank: 3, chunk },
				{ type: "drained", chunk: empty },
			],
			`in pieces of ${size}`,
		);
	}
});

test("FrameReader refuses what is no frame", (t) => {
	t.throws(() => [...new FrameReader().push(Buffer.from("GET / HTTP/1.1\r\n\r\n"))], {
		instanceOf: RangeError,
	});
	const wrong = messageFrame({});
	wrong[0] = 9;
	t.throws(() => [...new FrameReader().push(Buffer.from(wrong))], { instanceOf: SyntaxError });
});

test("an order overtakes output that waits for a slow reader, and output keeps its own order", async (t) => {
	const { near, far, there } = pair(t);
	there.pause();
	const chunk = new Uint8Array(1_000_000);
	for (let number = 0; number < 3; number++) near.send({ type: "output", number, chunk });
	near.send({ type: "drained", number: 3 });
	near.send({ type: "signal" });
	t.true(there.readableLength + there.writableLength < 300_000, "the rest waits with the sender");
	const received = messages(far, 5);
	there.resume();
	t.deepEqual(
		(await received).map(({ type, number }) => [type, number]),
		[
			["signal", undefined],
			["output", 0],
			["output", 1],
			["output", 2],
			["drained", 3],
		],
	);
});

test("close() delivers what has been sent, and neither side is lost", async (t) => {
	const { near, far } = pair(t);
	const received = messages(far, 2);
	near.send({ type: "output", chunk: new Uint8Array(500_000) });
	near.send({ type: "closed" });
	near.close();
	const ended = new Promise((resolve) => near.onClose(resolve));
	const [output] = await received;
	t.is(output?.chunk?.length, 500_000);
	far.close();
	t.is(await ended, undefined);
});

test("a link that ends without close() is lost, and says how", async (t) => {
	const ended = pair(t);
	const lost = new Promise((resolve) => ended.near.onClose(resolve));
	ended.back.destroy();
	t.is(await lost, "the connection to its agent has ended");
	const noise = pair(t);
	const garbled = new Promise((resolve) => noise.near.onClose(resolve));
	noise.back.write(Buffer.alloc(64, 255));
	t.regex(String(await garbled), /^it sent what is not understood: /);
});
