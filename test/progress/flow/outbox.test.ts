import test from "ava";
import { Delivery } from "../../../src/progress/flow/delivery.ts";
import { Intake } from "../../../src/progress/flow/intake.ts";
import { EAGER_BUDGET, EAGER_LIMIT } from "../../../src/progress/flow/limits.ts";
import { Outbox } from "../../../src/progress/flow/outbox.ts";
import {
	ENVELOPE_BYTES,
	type Envelope,
	type FrameParts,
	FrameType,
	readEnvelope,
} from "../../../src/wire/envelope.ts";
import { encode } from "../../../src/wire/payload.ts";

interface Frame {
	readonly envelope: Envelope;
	readonly body: Uint8Array | undefined;
}

const header = { context: 0, opcode: 0, tag: 4, root: -1 };

function outboxTo(frames: Frame[], local = false): Outbox {
	return new Outbox({ self: 0, local, openLane: () => ({ send: (parts) => frames.push(frameOf(parts)) }) });
}

/** The frame that these bytes are. */
function frameOf(parts: FrameParts): Frame {
	const [head, body] = Array.isArray(parts) ? parts : [parts];
	const inline = head.length > ENVELOPE_BYTES ? new Uint8Array(head.subarray(ENVELOPE_BYTES)) : undefined;
	return { envelope: readEnvelope(head) as Envelope, body: body ?? inline };
}

const types = (frames: readonly Frame[]) => frames.map(({ envelope }) => envelope.type);
const payload = (bytes: number) => encode(new Uint8Array(bytes));

test("sendEager() copies the caller's memory and numbers its frames", (t) => {
	const frames: Frame[] = [];
	const outbox = outboxTo(frames);
	const array = Int32Array.of(1, 2);
	t.true(outbox.sendEager(encode(array), header));
	t.true(outbox.sendEager(encode("second"), header));
	array.fill(9);
	t.deepEqual(frames[0]?.body, new Uint8Array(Int32Array.of(1, 2).buffer));
	t.deepEqual(
		frames.map(({ envelope }) => envelope.sequence),
		[0, 1],
	);
	t.is(outbox.sent, 2);
});

test("sendEager() refuses messages above the limit, and any when the budget is used up", (t) => {
	const frames: Frame[] = [];
	const outbox = outboxTo(frames);
	t.false(outbox.sendEager(payload(EAGER_LIMIT + 1), header));
	let sent = 0;
	while (outbox.sendEager(payload(EAGER_LIMIT), header)) sent += EAGER_LIMIT;
	t.true(sent > EAGER_BUDGET / 2 && sent <= EAGER_BUDGET, `${sent}`);
	outbox.credit(sent);
	t.true(outbox.sendEager(payload(EAGER_LIMIT), header));
});

test("sendEager() counts empty messages too: nobody may send without end", (t) => {
	const outbox = outboxTo([]);
	let count = 0;
	while (outbox.sendEager(encode(undefined), header)) count++;
	t.true(count > 10_000 && count < 1_000_000, `${count}`);
});

test("sendEager() of a rank to itself is never refused", (t) => {
	const outbox = outboxTo([], true);
	for (let count = 0; count < 3; count++) t.true(outbox.sendEager(payload(EAGER_BUDGET), header));
});

test("announce() sends the payload when it is asked for, and settles when the memory is free", (t) => {
	const frames: Frame[] = [];
	const outbox = outboxTo(frames);
	const settled: string[] = [];
	const large = new Uint8Array(EAGER_LIMIT + 1);
	outbox.announce(new Delivery(encode(large), () => settled.push("large")), header);
	outbox.announce(new Delivery(encode("small"), () => settled.push("small")), header);
	t.deepEqual(types(frames), [FrameType.READY, FrameType.READY]);
	t.true(outbox.busy);
	const [first, second] = frames.map(({ envelope }) => envelope.id);
	outbox.clear(second ?? 0);
	t.deepEqual(settled, ["small"]);
	outbox.clear(first ?? 0);
	t.deepEqual(types(frames).slice(2), [FrameType.DATA, FrameType.DATA]);
	// Without a copy, so that the memory is free only when the receiver says so.
	t.is(frames[3]?.body?.buffer, large.buffer);
	t.deepEqual(settled, ["small"]);
	outbox.confirm(first ?? 0);
	t.deepEqual(settled, ["small", "large"]);
	t.false(outbox.busy);
	outbox.clear(99);
	outbox.confirm(99);
});

test("detach() frees the caller's memory before the payload has left", (t) => {
	const frames: Frame[] = [];
	const outbox = outboxTo(frames);
	const array = new Uint8Array(100).fill(1);
	const delivery = new Delivery(encode(array), () => undefined);
	outbox.announce(delivery, header);
	t.true(delivery.detach());
	array.fill(2);
	outbox.clear(frames[0]?.envelope.id ?? 0);
	t.deepEqual(frames[1]?.body, new Uint8Array(100).fill(1));
	t.false(delivery.detach());
});

test("fail() settles everything that waits with the error", (t) => {
	const frames: Frame[] = [];
	const outbox = outboxTo(frames);
	const errors: (Error | undefined)[] = [];
	outbox.announce(new Delivery(payload(10), (error) => errors.push(error)), header);
	outbox.announce(new Delivery(payload(EAGER_LIMIT), (error) => errors.push(error)), header);
	outbox.clear(frames[1]?.envelope.id ?? 0);
	outbox.fail(() => new Error("gone"));
	t.deepEqual(
		errors.map((error) => error?.message),
		["gone", "gone"],
	);
	t.false(outbox.busy);
});

test("notify() keeps its own place among the frames, whatever the header's object holds besides", (t) => {
	const frames: Frame[] = [];
	const outbox = outboxTo(frames);
	outbox.signal(FrameType.CREDIT, 0, 5);
	const arrival = { ...header, sequence: 77, source: 3, id: 9, type: FrameType.EAGER };
	outbox.notify(FrameType.FAIL, arrival, undefined);
	t.like(frames[1]?.envelope, { type: FrameType.FAIL, sequence: 1, source: 0, id: 0, tag: 4 });
});

test("Intake gives consumed bytes back before the sender's budget is used up", (t) => {
	const back: Frame[] = [];
	const intake = new Intake(outboxTo(back));
	const sender = outboxTo([]);
	const message = payload(100_000);
	for (let count = 0; count < 1000; count++) {
		t.true(sender.sendEager(message, header));
		const arrival = { ...header, source: 1, kind: 0, size: 100_000, body: message.bytes, id: 0 };
		intake.accept(arrival, { resolve: () => undefined, reject: () => undefined });
		for (const { envelope } of back.splice(0)) sender.credit(envelope.size);
	}
});

test("Intake notices a frame that is missing", (t) => {
	const frames: Frame[] = [];
	const sender = outboxTo(frames);
	for (let count = 0; count < 3; count++) sender.sendEager(encode(count), header);
	const intake = new Intake(outboxTo([]));
	const [first, , third] = frames.map(({ envelope }) => envelope);
	if (first === undefined || third === undefined) return t.fail();
	intake.count(first);
	t.throws(() => intake.count(third), {
		code: "ERR_OTHER",
		message: "Messages from rank 0 were lost on the way: frame 2 came where 1 was due",
	});
});
