import test from "ava";
import { type Clock, Feed, type FeedOptions } from "../../../src/llama/batch/feed.ts";
import type { BadLine, BatchRequest } from "../../../src/llama/batch/files/request.ts";
import type { RequestEnd, SubmitOptions } from "../../../src/llama/dispatch/submission.ts";
import { ANSWER, inWords, requestOf } from "../support/replicas.ts";

/** Lets a feed do what it can: a long file lets others in meanwhile. */
async function settled(): Promise<void> {
	for (let turn = 0; turn < 3; turn++) await new Promise((resolve) => setImmediate(resolve));
}

const lineOf = (id: number): BatchRequest => {
	return { ...requestOf(id), requestKind: "plain", customId: `${id}`, fingerprint: `${id}` };
};
const bad: BadLine = {
	...{ id: 99, batch: true, customId: null, fingerprint: "f", number: 1 },
	...{ code: "invalid_json", message: "no JSON" },
};

async function* portions(...all: (readonly (BatchRequest | BadLine)[])[]) {
	yield* all;
}

/** Takes what is submitted and does what the test says. */
class FakeDispatcher {
	readonly open = new Map<number, SubmitOptions>();
	readonly submitted: { id: number; dueMs: number | undefined }[] = [];
	ended = false;
	queued = 0;
	#handedOut: (() => void)[] = [];

	submit({ id }: { id: number }, options: SubmitOptions): void {
		this.submitted.push({ id, dueMs: options.dueMs });
		this.open.set(id, options);
		this.queued += 1;
	}

	cancel(id: number): boolean {
		queueMicrotask(() => this.end(id, { rank: null, failure: { code: "cancelled", message: "" } }));
		return true;
	}

	handedOut(): Promise<void> {
		return new Promise((resolve) => this.#handedOut.push(resolve));
	}

	inputEnded(): void {
		this.ended = true;
	}

	handOut(count: number): void {
		this.queued -= count;
		for (const resolve of this.#handedOut.splice(0)) resolve();
	}

	end(id: number, end: RequestEnd = { rank: 0, answer: ANSWER }): Promise<void> | undefined {
		const options = this.open.get(id);
		this.open.delete(id);
		return options?.onEnd(end);
	}
}

/** A clock that goes when the test says so. */
function fakeClock(): Clock & { go(toMs: number): void } {
	let now = 1000;
	let waiting: { at: number; resolve: () => void }[] = [];
	return {
		now: () => now,
		until: (at) => (at <= now ? Promise.resolve() : new Promise((resolve) => waiting.push({ at, resolve }))),
		go: (to) => {
			now = to;
			for (const { at, resolve } of waiting) if (at <= now) resolve();
			waiting = waiting.filter(({ at }) => at > now);
		},
	};
}

function start(options: Partial<FeedOptions> = {}) {
	const dispatcher = new FakeDispatcher();
	const ends: string[] = [];
	const feed = new Feed(dispatcher, {
		onEnd: ({ id }, end) => {
			ends.push(`${id}=${inWords(end)}`);
			return undefined;
		},
		onBadLine: ({ id }) => {
			ends.push(`${id}=bad`);
			return undefined;
		},
		...options,
	});
	return { dispatcher, feed, ends };
}

test("a feed ends when all that it submitted has ended, and bad lines never reach the dispatcher", async (t) => {
	const { dispatcher, feed, ends } = start();
	let over = false;
	const running = feed.run(portions([lineOf(0), bad], [lineOf(1)])).then(() => {
		over = true;
	});
	await settled();
	t.deepEqual(dispatcher.submitted, [
		{ id: 0, dueMs: undefined },
		{ id: 1, dueMs: undefined },
	]);
	t.true(dispatcher.ended);
	await dispatcher.end(0);
	await settled();
	t.false(over);
	await dispatcher.end(1);
	await running;
	t.deepEqual(ends, ["99=bad", "0=0:ok", "1=0:ok"]);
});

test("a feed submits no more than its window holds", async (t) => {
	const { dispatcher, feed } = start();
	void feed.run(portions(Array.from({ length: 5000 }, (_, id) => lineOf(id))));
	await settled();
	t.is(dispatcher.submitted.length, 4096);
	t.false(dispatcher.ended);
	dispatcher.handOut(4);
	await settled();
	t.is(dispatcher.submitted.length, 4100);

	const long = start();
	const lines = Array.from({ length: 10 }, (_, id) => ({ ...lineOf(id), promptTokens: 2 << 20 }));
	void long.feed.run(portions(lines));
	await settled();
	t.is(long.dispatcher.submitted.length, 2);
});

test("an open loop submits each request when it is due, and never says that the input has ended", async (t) => {
	const clock = fakeClock();
	const times = [10, 30, 30].values();
	const { dispatcher, feed } = start({ clock, nextArrival: () => times.next().value ?? 0 });
	const running = feed.run(portions([lineOf(0), lineOf(1), lineOf(2)]));
	await settled();
	t.deepEqual(dispatcher.submitted, []);
	clock.go(1015);
	await settled();
	t.deepEqual(dispatcher.submitted, [{ id: 0, dueMs: 1010 }]);
	clock.go(1040);
	await settled();
	t.deepEqual(dispatcher.submitted.slice(1), [
		{ id: 1, dueMs: 1030 },
		{ id: 2, dueMs: 1030 },
	]);
	t.false(dispatcher.ended);
	for (const id of [0, 1, 2]) await dispatcher.end(id);
	await running;
});

test("bad lines are read no faster than they are written", async (t) => {
	let release = () => {};
	const { dispatcher, feed } = start({
		onBadLine: () =>
			new Promise((resolve) => {
				release = resolve;
			}),
	});
	void feed.run(portions([bad, lineOf(0)]));
	await settled();
	t.is(dispatcher.submitted.length, 0);
	release();
	await settled();
	t.is(dispatcher.submitted.length, 1);
});

test("an end that cannot be told, or a source that breaks, ends the feed with that error", async (t) => {
	const { dispatcher, feed } = start({
		onEnd: () => {
			throw new Error("the disk is full");
		},
	});
	const running = feed.run(portions([lineOf(0), lineOf(1)]));
	await settled();
	await dispatcher.end(0);
	await t.throwsAsync(running, { message: "the disk is full" });
	await settled();
	t.is(dispatcher.open.size, 0, "the rest was cancelled");

	async function* broken(): AsyncGenerator<readonly BatchRequest[]> {
		yield [lineOf(0)];
		throw new Error("no such file");
	}
	await t.throwsAsync(start().feed.run(broken()), { message: "no such file" });
});

test("an abort cancels what was submitted, reads no more, and leaves no end of it", async (t) => {
	const controller = new AbortController();
	const { dispatcher, feed, ends } = start({ signal: controller.signal });
	const running = feed.run(portions(Array.from({ length: 5000 }, (_, id) => lineOf(id))));
	await settled();
	await dispatcher.end(0);
	controller.abort();
	await running;
	t.deepEqual(ends, ["0=0:ok"]);
});

test.serial("an abort comes through to a source that is always ready", async (t) => {
	const controller = new AbortController();
	let told = 0;
	const { feed } = start({
		signal: controller.signal,
		onBadLine: () => {
			// Without turns of the event loop it would go on for ever.
			if (++told > 5_000_000) throw new Error("nobody else had a turn");
			return undefined;
		},
	});
	async function* endless() {
		for (;;) yield [bad];
	}
	setImmediate(() => controller.abort());
	await t.notThrowsAsync(feed.run(endless()));
	t.true(told > 0);
});

test("pieces travel only if somebody wants them", async (t) => {
	const without = start();
	void without.feed.run(portions([lineOf(0)]));
	const pieces: string[] = [];
	const withPieces = start({ onPiece: ({ id }, text) => pieces.push(`${id}${text}`) });
	void withPieces.feed.run(portions([lineOf(0)]));
	await settled();
	t.is(without.dispatcher.open.get(0)?.onPiece, undefined);
	withPieces.dispatcher.open.get(0)?.onPiece?.([0, "a"]);
	t.deepEqual(pieces, ["0a"]);
});
