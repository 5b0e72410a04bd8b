import test from "ava";
import fc from "fast-check";
import { MpiError } from "../../src/base/errors.ts";
import { Progress } from "../../src/progress/progress.ts";
import { ENVELOPE_BYTES, FrameType, writeEnvelope } from "../../src/wire/envelope.ts";
import { decode, encode } from "../../src/wire/payload.ts";

/** A copy that decode may keep. */
const copy = (bytes: Uint8Array) => new Uint8Array(bytes);
const arrives = (value: unknown) => {
	const { kind, bytes } = encode(value);
	return decode(kind, copy(bytes));
};
const innocent: Record<string, unknown> = {};

/** Nothing that came over the wire has left a trace in what all objects share. */
function untouched(): boolean {
	return (
		Object.keys(Object.prototype).length === 0 && innocent.polluted === undefined && !("ran" in globalThis)
	);
}

test("decode() runs no code that stands in the names of fields", (t) => {
	const names = [
		"a:(globalThis.ran=1),b",
		"a:r()})};globalThis.ran=1;({b",
		"]:(globalThis.ran=1),[",
		"constructor",
		"toString",
		"\u2028\\\"'`",
	];
	// Often enough for msgpackr to build a reader for this shape.
	const values = Array.from({ length: 20 }, (_, index) =>
		Object.fromEntries(names.map((name) => [name, index])),
	);
	t.deepEqual(arrives(values), values);
	t.true(untouched());
});

test("decode() gives no object another prototype", (t) => {
	const evil = JSON.parse('{"__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":1}}}');
	for (const value of [evil, [evil, evil, evil, evil, evil], new Map([["__proto__", { polluted: 1 }]])]) {
		const arrived = arrives(value) as { polluted?: unknown };
		t.is(arrived.polluted, undefined);
		t.true(untouched());
	}
	t.is(Object.getPrototypeOf(arrives(evil)), Object.prototype);
});

test("decode() of any bytes gives a value or one clear error", (t) => {
	const sample = encode([{ a: 1, b: [new Map([[1, new Date(0)]]), /x/g, new Error("e"), 7n] }, "text"]);
	const bytes = fc.oneof(
		fc.uint8Array({ maxLength: 200 }),
		// One byte of a real message is another.
		fc.record({ at: fc.nat(sample.bytes.length - 1), byte: fc.nat(255) }).map(({ at, byte }) => {
			const changed = copy(sample.bytes);
			changed[at] = byte;
			return changed;
		}),
	);
	fc.assert(
		fc.property(fc.nat(40), bytes, (kind, content) => {
			for (const each of [kind, sample.kind]) {
				try {
					decode(each, copy(content));
				} catch (error) {
					if (!(error instanceof MpiError) || !/^Cannot decode a message of/.test(error.message)) throw error;
				}
			}
			return untouched();
		}),
		{ numRuns: 3000 },
	);
	t.pass();
});

test("a rank that receives frames that are none ends with one clear error", (t) => {
	const errors: Error[] = [];
	const events = { onLost: (error: Error) => errors.push(error), onMismatch: () => t.fail() };
	const receive = (...frames: Buffer[]) => {
		errors.length = 0;
		new Progress({ rank: 0, size: 2, nodeRank: 0 }, events).receive(frames);
		return errors.map((error) => `${error.name}: ${error.message}`);
	};
	const foreign = (bytes: number) => [
		`MpiError: Cannot read a message of ${bytes} bytes: it is not from this job`,
	];
	const frame = (type: number, source: number, body = "") => {
		const head = Buffer.alloc(ENVELOPE_BYTES);
		const rest = { kind: 0, opcode: 0, tag: 0, context: 0, id: 0, sequence: 0, size: 0, root: -1 };
		writeEnvelope(head, { ...rest, type, source, wantsDone: false });
		return Buffer.concat([head, Buffer.from(body)]);
	};
	t.deepEqual(receive(Buffer.alloc(0)), foreign(0));
	t.deepEqual(receive(Buffer.from("GET / HTTP/1.1")), foreign(14));
	t.deepEqual(receive(frame(FrameType.EAGER, 2)), foreign(ENVELOPE_BYTES));
	t.deepEqual(receive(frame(FrameType.EAGER, -1)), foreign(ENVELOPE_BYTES));
	t.deepEqual(receive(frame(FrameType.FAIL, 1, "no JSON")), foreign(ENVELOPE_BYTES + 7));
	t.deepEqual(receive(frame(FrameType.AGREE, 1, "{")), foreign(ENVELOPE_BYTES + 1));
	t.deepEqual(receive(frame(99, 1)), ["MpiError: Cannot handle a frame of type 99 from rank 1"]);
});
