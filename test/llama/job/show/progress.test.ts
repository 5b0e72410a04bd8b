import test from "ava";
import type { Ending } from "../../../../src/llama/index.ts";
import { Progress, type ProgressSource, progressText } from "../../../../src/llama/job/show/progress.ts";
import { Bar } from "../../../../src/llama/job/show/progress-bar.ts";

const usage = { promptTokens: 1, cachedTokens: 0, completionTokens: 10 };
const timings = { queueMs: 0, ttftMs: 1, totalMs: 2 };
const request = {} as Ending["request"];
const OK: Ending = { request, rank: 0, answer: { kind: "generated", choices: [], usage, timings } };
const FAILED: Ending = { request, rank: 0, failure: { code: "generate", message: "no" } };

/** Draws by a clock that the test moves. */
function bar(source: ProgressSource, drawing: boolean) {
	const clock = { now: 0 };
	const written: string[] = [];
	const shown = new Bar(new Progress(source), {
		drawing,
		now: () => clock.now,
		write: (text) => written.push(text),
	});
	return { clock, written, ...{ add: (ending: Ending) => shown.add(ending), finish: () => shown.finish() } };
}

test("how many requests a file has is guessed from the part that was read, ahead of what runs", (t) => {
	const source = {
		progress: { bytesRead: 250, bytes: 1000 },
		counts: { read: 100, skipped: 20 },
	};
	const progress = new Progress(source);
	for (let count = 0; count < 38; count++) progress.add(OK);
	// 100 in a quarter of the bytes: 400 in all, of which 20 had an answer.
	t.deepEqual(progress.figures, { done: 38, failed: 0, tokens: 380, total: 380, exact: false });
	t.is(progressText(progress.figures, 19), "10 %, 38 requests, 20 tokens/s, 3 min left");
	// All of it is read: now the number is exact.
	source.progress.bytesRead = 1000;
	source.counts.read = 390;
	t.is(progress.figures.total, 370);
});

test("nothing is guessed of a pipe, or before anything was read", (t) => {
	t.is(new Progress({ counts: { read: 5, skipped: 0 } }).figures.total, undefined);
	const progress = { bytesRead: 0, bytes: 10 };
	t.is(new Progress({ progress, counts: { read: 0, skipped: 0 } }).figures.total, undefined);
	t.is(
		progressText({ done: 5, failed: 1, tokens: 50, total: undefined, exact: false }, 10),
		"5 requests, 5 tokens/s, 1 failed",
	);
});

test("a pipe gets a line every ten seconds, and none of a short job", (t) => {
	const { clock, written, add, finish } = bar({ total: 100 }, false);
	for (; clock.now <= 25_000; clock.now += 1000) add(clock.now % 2000 === 0 ? OK : FAILED);
	finish();
	t.deepEqual(written, [
		"11 %, 11/100 requests, 6 tokens/s, 5 failed, 81 s left\n",
		"21 %, 21/100 requests, 6 tokens/s, 10 failed, 76 s left\n",
	]);
	const short = bar({ total: 2 }, false);
	short.add(OK);
	short.finish();
	t.deepEqual(short.written, []);
});

test("a bar fits 90 columns, however large its numbers", (t) => {
	for (const total of [30, 123_456_789_012]) {
		const { clock, written, add, finish } = bar({ total }, true);
		for (let count = 0; count < 20; count++) add(count % 2 === 0 ? OK : FAILED);
		clock.now = 1_000_000;
		finish();
		const lines = written.map((text) => text.replace("\x1b[1A\r\x1b[2K", "").trimEnd());
		t.is(lines.length, 2);
		for (const line of lines) t.true(line.length < 90, line);
		t.regex(lines[1] ?? "", total === 30 ? /^\[#{16}\.{8}\] 66 %, 20\/30 requests, / : /^\[\.+\] 0 %, /);
	}
});
