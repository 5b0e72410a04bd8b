import test from "ava";
import {
	ENVELOPE_BYTES,
	type Envelope,
	FrameType,
	readEnvelope,
	writeEnvelope,
} from "../../src/wire/envelope.ts";

const smallest: Envelope = {
	type: FrameType.EAGER,
	kind: 0,
	opcode: 0,
	source: 0,
	tag: 0,
	context: 0,
	sequence: 0,
	id: 0,
	size: 0,
	root: -1,
	wantsDone: false,
};
const largest: Envelope = {
	type: 255,
	kind: 255,
	opcode: 255,
	source: 2 ** 31 - 1,
	tag: 2 ** 31 - 1,
	context: (2 ** 21 - 1) * 2 ** 32 + (2 ** 32 - 1),
	sequence: 2 ** 32 - 1,
	id: 2 ** 32 - 1,
	size: Number.MAX_SAFE_INTEGER,
	root: 2 ** 31 - 1,
	wantsDone: true,
};

test("readEnvelope() returns what writeEnvelope() wrote, from the smallest to the largest numbers", (t) => {
	for (const envelope of [smallest, largest, { ...smallest, ...largest, kind: 3, context: 2 ** 32 }]) {
		const bytes = Buffer.alloc(ENVELOPE_BYTES + 5, 0xaa);
		writeEnvelope(bytes, envelope);
		t.deepEqual(readEnvelope(bytes), envelope);
		t.is(bytes[ENVELOPE_BYTES], 0xaa);
	}
});

test("writeEnvelope() keeps the layout that ranks of other versions read", (t) => {
	const bytes = Buffer.alloc(ENVELOPE_BYTES);
	writeEnvelope(bytes, {
		type: 1,
		kind: 2,
		opcode: 3,
		source: 4,
		tag: 5,
		context: 7 * 2 ** 32 + 6,
		sequence: 8,
		id: 9,
		size: 1,
		root: 10,
		wantsDone: true,
	});
	t.is(
		bytes.toString("hex"),
		"01020301" +
			"04000000" +
			"05000000" +
			"06000000" +
			"08000000" +
			"09000000" +
			"000000000000f03f" +
			"0a000000" +
			"07000000",
	);
});

test("readEnvelope() gives undefined for bytes that are too few", (t) => {
	t.is(readEnvelope(Buffer.alloc(ENVELOPE_BYTES - 1)), undefined);
	t.is(readEnvelope(Buffer.alloc(0)), undefined);
});
