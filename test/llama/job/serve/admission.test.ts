import test, { type ExecutionContext } from "ava";
import OpenAI from "openai";
import { chat, forAll, post, type Serving, type Streamed, serve, streamChat } from "../../support/serve.ts";

const LONG = { max_tokens: 30_000, ignore_eos: true, seed: 1 };
const ONE = ["--engine", "node-llama-cpp", "--inflight", "1", "--ctx-size", "32768"];
const all = forAll();
let two: Serving;
let none: Serving;
let tokens: Serving;

test.before("a server with one slot for each bound", async () => {
	[two, none, tokens] = (await Promise.all(
		[
			["--max-queue", "2"],
			["--max-queue", "0", "--request-timeout", "1"],
			["--max-queue-tokens", "200"],
		].map((options) => serve(all.t, [...ONE, ...options], { ranks: 1 })),
	)) as [Serving, Serving, Serving];
});

test.after.always("they end", () => all.end());

/** Takes the only slot; resolves once it has it. */
async function hold(url: string, fields: object = LONG) {
	const leave = new AbortController();
	let begun = () => {};
	const first = new Promise<void>((resolve) => {
		begun = resolve;
	});
	const ended = streamChat(url, chat("Holds", fields), () => begun(), leave.signal).catch(() => undefined);
	await Promise.race([first, ended]);
	return {
		/** It leaves, and all that it held is free. */
		release: async () => {
			leave.abort();
			await ended;
		},
		ended,
	};
}

/** Requests that wait. */
async function waiting(url: string): Promise<number> {
	const metrics = await (await fetch(`${url}/metrics`)).text();
	return Number(/^vllm:num_requests_waiting\{[^}]*engine=""\} (\d+)/m.exec(metrics)?.[1] ?? Number.NaN);
}

/** Resolves once so many wait. */
async function untilWaiting(url: string, count: number): Promise<void> {
	while ((await waiting(url)) !== count);
}

const ask = (url: string, text: string, fields: object = {}, headers: Record<string, string> = {}) =>
	post(url, "/v1/chat/completions", chat(text, { max_tokens: 2, ...fields }), headers);

function checkFull(t: ExecutionContext, { status, headers, body }: Awaited<ReturnType<typeof ask>>): void {
	t.is(status, 429);
	t.like((body as { error: object }).error, { type: "rate_limit_error", code: "queue_full" });
	const [seconds, ms] = [Number(headers.get("retry-after")), Number(headers.get("retry-after-ms"))];
	t.true(Number.isInteger(seconds) && seconds >= 1 && seconds <= 60, `retry-after: ${seconds}`);
	t.true(Number.isInteger(ms) && ms >= 1 && ms <= 60_000, `retry-after-ms: ${ms}`);
	t.is(seconds, Math.max(1, Math.ceil(ms / 1000)));
}

test.serial("a full queue is 429 and says when to come again; what waits is answered", async (t) => {
	const { url } = two;
	const holder = await hold(url);
	const waits = [ask(url, "A"), ask(url, "B")];
	await untilWaiting(url, 2);
	checkFull(t, await ask(url, "C"));
	const stream = await streamChat(url, chat("D"));
	t.like(stream, { status: 429, error: "queue_full" });
	await holder.release();
	for (const { status } of await Promise.all(waits)) t.is(status, 200);
});

test.serial("openai's client gets through a full queue by itself", async (t) => {
	const { url } = two;
	const client = new OpenAI({ baseURL: `${url}/v1`, apiKey: "none", maxRetries: 10 });
	const request = { model: "any", messages: [{ role: "user", content: "Hello" }], max_tokens: 200 } as const;
	const answers = await Promise.all(
		Array.from({ length: 12 }, () =>
			client.chat.completions.create({ ...request, messages: [...request.messages] }),
		),
	);
	t.true(answers.every(({ choices }) => choices.length === 1));
	const metrics = await (await fetch(`${url}/metrics`)).text();
	t.true(Number(/^tsmpi:requests_refused_total\{[^}]*"queue_full"[^}]*\} (\d+)/m.exec(metrics)?.[1]) > 0);
});

test.serial("a higher priority goes first, by body or by header, and the header wins", async (t) => {
	const { url } = two;
	for (const [fields, headers] of [
		[{ priority: 5 }, {}],
		[{}, { "x-priority": "interactive" }],
		[{ priority: -99 }, { "x-priority": "Interactive" }],
	] as readonly (readonly [object, Record<string, string>])[]) {
		const holder = await hold(url);
		const order: string[] = [];
		// So long that nobody mistakes which was the first to end.
		const first = ask(url, "First", { max_tokens: 300, ignore_eos: true }).then(() => order.push("first"));
		await untilWaiting(url, 1);
		const urgent = ask(url, "Urgent", fields, headers).then(() => order.push("urgent"));
		await untilWaiting(url, 2);
		await holder.release();
		await Promise.all([first, urgent]);
		t.deepEqual(order, ["urgent", "first"], JSON.stringify([fields, headers]));
	}
});

test.serial("with a full queue a higher priority pushes out the newest of the lowest", async (t) => {
	const { url } = two;
	const holder = await hold(url);
	const ends: string[] = [];
	const told = async (name: string, answer: ReturnType<typeof ask>) => {
		const end = await answer;
		ends.push(`${name} ${end.status}`);
		return end;
	};
	const old = told("old", ask(url, "Old", { max_tokens: 300, ignore_eos: true }, { "x-priority": "batch" }));
	await untilWaiting(url, 1);
	const recent = told("new", ask(url, "New", {}, { "x-priority": "batch" }));
	await untilWaiting(url, 2);
	checkFull(t, await ask(url, "Same", {}, { "x-priority": "batch" }));
	const urgent = told("urgent", ask(url, "Urgent"));
	checkFull(t, await recent);
	t.deepEqual(ends, ["new 429"]);
	await holder.release();
	await Promise.all([old, urgent]);
	t.deepEqual(ends, ["new 429", "urgent 200", "old 200"]);
});

test.serial("a time that is over in the queue is 504, and not worth another try", async (t) => {
	const { url } = two;
	const holder = await hold(url);
	for (const stream of [false, true]) {
		const response = await fetch(`${url}/v1/chat/completions`, {
			method: "POST",
			headers: { "x-request-timeout-ms": "400" },
			body: JSON.stringify(chat("Late", { stream })),
		});
		t.is(response.status, 504);
		t.is(response.headers.get("x-should-retry"), "false");
		t.is(response.headers.get("retry-after"), null);
		t.like(((await response.json()) as { error: object }).error, {
			type: "timeout_error",
			code: "deadline_exceeded",
		});
	}
	t.is(await waiting(url), 0);
	await holder.release();
	t.is((await ask(url, "Next", {}, { "x-request-timeout-ms": "60000" })).status, 200);
});

test.serial("a time that is over while it runs is 504, or an error event, and frees the slot", async (t) => {
	const { url } = two;
	const whole = await ask(url, "Long", LONG, { "x-request-timeout-ms": "500" });
	t.is(whole.status, 504);
	t.is(whole.headers.get("x-should-retry"), "false");
	t.is((await ask(url, "Next")).status, 200);
});

test.serial("--request-timeout holds for all; a header may only shorten it", async (t) => {
	const { url } = none;
	const started = performance.now();
	const stream = await streamChat(url, chat("Long", LONG));
	t.like(stream, { status: 200, error: "deadline_exceeded", finish: undefined });
	t.true(stream.text.length > 0);
	t.is((await ask(url, "Long", LONG, { "x-request-timeout-ms": "3600000" })).status, 504);
	t.true(performance.now() - started < 20_000);
	t.is((await ask(url, "Short")).status, 200);
});

test.serial("--max-queue 0: what finds no free slot is refused at once", async (t) => {
	const { url } = none;
	t.is((await ask(url, "Free")).status, 200);
	const holder = await hold(url);
	const refused = await ask(url, "Busy");
	if (refused.status === 200) t.is((await holder.ended)?.error, "deadline_exceeded");
	else checkFull(t, refused);
	await holder.release();
});

test.serial("--max-queue-tokens bounds the prompts that wait, not those that run", async (t) => {
	const { url } = tokens;
	t.is((await ask(url, "x".repeat(4000))).status, 200);
	const holder = await hold(url);
	const short = ask(url, "Short");
	await untilWaiting(url, 1);
	checkFull(t, await ask(url, "x".repeat(4000)));
	await holder.release();
	t.is((await short).status, 200);
});

test.serial("headers that make no sense are 400, and say what is allowed", async (t) => {
	const { url } = two;
	for (const [headers, allowed] of [
		[{ "x-priority": "urgent" }, /interactive, default, batch/],
		[{ "x-priority": "" }, /interactive, default, batch/],
		[{ "x-request-timeout-ms": "-1" }, /from 1 to/],
		[{ "x-request-timeout-ms": "0" }, /from 1 to/],
		[{ "x-request-timeout-ms": "soon" }, /from 1 to/],
		[{ "x-request-timeout-ms": "1e3" }, /from 1 to/],
		[{ "x-request-timeout-ms": "99999999999" }, /from 1 to/],
	] as readonly (readonly [Record<string, string>, RegExp])[]) {
		const { status, body } = await ask(url, "Hi", {}, headers);
		const { error } = body as { error: { message: string; param: string } };
		t.deepEqual([status, error.param], [400, Object.keys(headers)[0] ?? ""], JSON.stringify(headers));
		t.regex(error.message, allowed);
	}
});

test.serial("clients that leave the queue make room in it", async (t) => {
	const { url } = two;
	const holder = await hold(url);
	const leave = new AbortController();
	const left: Promise<Streamed | undefined>[] = ["A", "B"].map((text) =>
		streamChat(url, chat(text), () => {}, leave.signal).catch(() => undefined),
	);
	await untilWaiting(url, 2);
	leave.abort();
	await Promise.all(left);
	await untilWaiting(url, 0);
	await holder.release();
	t.is((await ask(url, "Next")).status, 200);
});
