import test from "ava";
import { Packr } from "msgpackr";
import { ArgumentError, MpiError } from "../../src/base/errors.ts";
import { decode, encode, kindName, kindOf, pack, sameElements } from "../../src/wire/payload.ts";
import { random } from "../support/memory-channels.ts";
import { same } from "../support/same.ts";
import { classSamples, packedSamples, rawSamples, unpackableSamples } from "../support/values.ts";

/** A value as it arrives: its bytes copied to the inside of a Buffer, as sockets give them. */
function travelled(value: unknown): unknown {
	const { kind, bytes } = encode(value);
	const frame = Buffer.alloc(40 + bytes.byteLength);
	frame.set(bytes, 40);
	return decode(kind, frame.subarray(40));
}

for (const [name, make] of [...rawSamples, ...packedSamples]) {
	test(`encode() and decode() return ${name} equal`, (t) => same(t, travelled(make()), make()));
}

for (const [name, make, arrives] of classSamples) {
	test(`encode() sends ${name} as structuredClone would`, (t) => t.deepEqual(travelled(make()), arrives));
}

for (const [name, make, message] of unpackableSamples) {
	test(`encode() refuses ${name}`, (t) => {
		t.throws(() => encode(make()), { instanceOf: ArgumentError, code: "ERR_TYPE", message });
	});
}

test("encode() keeps an invalid Date", (t) => {
	t.true(Number.isNaN((travelled(new Date(NaN)) as Date).getTime()));
});

test("encode() lends the caller's memory and says so; what it packs is owned", (t) => {
	const array = Int32Array.of(1, 2, 3).subarray(1);
	const lent = encode(array);
	t.false(lent.owned);
	t.is(lent.bytes.buffer, array.buffer);
	t.is(lent.bytes.byteLength, 8);
	t.true(encode({ a: 1 }).owned);
});

test("encode() of a typed array on shared memory sends its elements", (t) => {
	const shared = new Int32Array(new SharedArrayBuffer(8)).fill(7);
	t.deepEqual(travelled(shared), Int32Array.of(7, 7));
});

test("encode() packs each value into memory of its own", (t) => {
	const payloads = Array.from({ length: 5000 }, (_, index) =>
		encode({ index, text: "x".repeat(index % 300) }),
	);
	for (const [index, { kind, bytes }] of payloads.entries()) {
		same(t, decode(kind, bytes), { index, text: "x".repeat(index % 300) });
	}
});

test("encode() works again after a value that it refused", (t) => {
	t.throws(() => encode([{ a: 1 }, () => 1]));
	t.deepEqual(travelled([{ a: 1 }, 1]), [{ a: 1 }, 1]);
});

test("encode() leaves other users of msgpackr alone", (t) => {
	encode({ a: 1 });
	t.notThrows(() => new Packr().pack({ later: Promise.resolve(1) }));
});

test("pack() gives a stand-in that is sent equal any number of times", (t) => {
	const packed = pack({ a: [1n] });
	for (let time = 0; time < 3; time++) t.deepEqual(travelled(packed), { a: [1n] });
	const array = Int8Array.of(1);
	t.is(pack(array), array);
	t.throws(() => pack(() => 1), { code: "ERR_TYPE" });
});

test("kindOf() and kindName() know subclasses and refuse unknown typed arrays", (t) => {
	class Samples extends Float32Array {}
	t.is(kindName(kindOf(new Samples(1))), "Float32Array");
	t.is(kindName(kindOf(Buffer.alloc(1))), "Buffer");
	t.is(kindName(kindOf(new ArrayBuffer(1))), "ArrayBuffer");
});

test("sameElements() takes Buffer, ArrayBuffer and Uint8Array for one another, and nothing else", (t) => {
	const [bytes, buffer, memory] = [new Uint8Array(1), Buffer.alloc(1), new ArrayBuffer(1)].map(kindOf);
	t.true(sameElements(bytes ?? 0, buffer ?? 0));
	t.true(sameElements(memory ?? 0, bytes ?? 0));
	t.false(sameElements(kindOf(new Int8Array(1)), bytes ?? 0));
	t.false(sameElements(kindOf(new Float64Array(1)), encode(1).kind));
});

test("decode() gives typed arrays memory of their own", (t) => {
	const frame = new Uint8Array(64);
	const received = decode(kindOf(new Int16Array(0)), frame.subarray(40, 44)) as Int16Array;
	t.is(received.buffer.byteLength, 4);
	frame.fill(255);
	t.deepEqual(received, new Int16Array(2));
});

test("decode() refuses kinds and lengths that no value has", (t) => {
	const wrong: readonly (readonly [kind: number, length: number])[] = [
		[9, 0],
		[255, 8],
		[27, 8],
		[encode(1).kind, 4],
		[encode(1).kind, 0],
		[kindOf(new Float64Array(0)), 12],
		[kindOf(new Int16Array(0)), 3],
		[encode({}).kind, 0],
	];
	for (const [kind, length] of wrong) {
		t.throws(() => decode(kind, new Uint8Array(length)), { instanceOf: MpiError, code: "ERR_TYPE" });
	}
});

test("decode() of damaged bytes gives some value or an MpiError", (t) => {
	const next = random(7);
	const { kind, bytes } = encode(
		packedSamples
			.slice(14, 32)
			.map(([, make]) => make())
			.slice(2),
	);
	const small = encode([
		{ a: 1, b: new Set([1]) },
		new Map([["x", new Error("e")]]),
		2n ** 70n,
		[Int8Array.of(1)],
	]);
	for (let round = 0; round < 3000; round++) {
		const source = round % 50 === 0 ? bytes : small.bytes;
		const damaged = new Uint8Array(source.subarray(0, 1 + Math.floor(next() * source.byteLength)));
		for (let hits = 0; hits < 3; hits++)
			damaged[Math.floor(next() * damaged.length)] = Math.floor(next() * 256);
		try {
			decode(kind, damaged);
		} catch (error) {
			if (!(error instanceof MpiError)) t.fail(`${error}`);
		}
	}
	t.pass();
});

test("decode() takes keys for data, however often: none is ever run as code", (t) => {
	const key = '"];globalThis.tsmpiWasHere=true;["';
	const { kind, bytes } = encode(
		Array.from({ length: 50 }, (_, index) => ({ [key]: index, constructor: 1 })),
	);
	for (let time = 0; time < 50; time++) {
		const [first] = decode(kind, new Uint8Array(bytes)) as [Record<string, unknown>];
		t.is(first[key], 0);
	}
	t.false("tsmpiWasHere" in globalThis);
	const polluting = decode(kind, encode(JSON.parse('{"__proto__": {"polluted": 1}}')).bytes);
	t.is((polluting as { polluted?: number }).polluted, undefined);
	t.is(({} as { polluted?: number }).polluted, undefined);
});
