import test from "ava";
import { JsonLines } from "../../../../launch/agent/json-lines.ts";
import { LineSplitter } from "../../../../launch/agent/output/line-splitter.ts";

function split(chunks: readonly Buffer[]): { whole: string[]; rest: string | undefined } {
	const splitter = new LineSplitter();
	const whole = chunks.flatMap((chunk) => splitter.push(chunk)?.toString("utf8") ?? []);
	return { whole, rest: splitter.take()?.toString("utf8") };
}

test("LineSplitter gives whole lines, whatever the chunks", (t) => {
	const bytes = Buffer.from("ä\nzwei\n\ndrei €");
	for (let size = 1; size <= bytes.length; size++) {
		const chunks: Buffer[] = [];
		for (let at = 0; at < bytes.length; at += size) chunks.push(bytes.subarray(at, at + size));
		const { whole, rest } = split(chunks);
		t.is(whole.join(""), "ä\nzwei\n\n");
		t.true(whole.every((lines) => lines.endsWith("\n")));
		t.is(rest, "drei €");
	}
});

test("LineSplitter takes a line of 16 MiB in small chunks without copying it each time", (t) => {
	const splitter = new LineSplitter();
	const chunk = Buffer.alloc(1024, "x");
	for (let count = 0; count < 16 * 1024; count++) t.is(splitter.push(chunk), undefined);
	t.is(splitter.pendingBytes, 16 * 1024 * 1024);
	t.is(splitter.push(Buffer.from("\n"))?.length, 16 * 1024 * 1024 + 1);
	t.is(splitter.pendingBytes, 0);
	t.is(splitter.take(), undefined);
});

test("JsonLines puts values together and refuses what is not JSON", (t) => {
	const lines = new JsonLines();
	const text = Buffer.from('{"a":"ä"}\n[1]\n{"b":');
	t.deepEqual(lines.push(text.subarray(0, 7)), []);
	t.deepEqual(lines.push(text.subarray(7)), [{ a: "ä" }, [1]]);
	t.deepEqual(lines.push(Buffer.from("2}\n")), [{ b: 2 }]);
	t.throws(() => lines.push(Buffer.from("GET / HTTP/1.1\n")));
});
