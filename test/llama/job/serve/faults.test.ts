import { once } from "node:events";
import test, { type ExecutionContext } from "ava";
import { tsmpirun } from "../../../support/run.ts";
import { descendants, isEngine, untilGone } from "../../support/processes.ts";
import {
	chat,
	post,
	SERVE,
	type Serving,
	type Streamed,
	serve,
	slotsOf,
	streamChat,
} from "../../support/serve.ts";

const STREAMS = 50;
const LONG = { max_tokens: 600, temperature: 0, seed: 1, ignore_eos: true };

/** Streams that all have begun, or wait; `half` resolves once so many have text. */
function startStreams(url: string, count: number, fields: object = LONG) {
	let begun = 0;
	let onBegun = () => {};
	const all = Array.from({ length: count }, (_, index) => {
		let first = true;
		return streamChat(url, chat(`Stream ${index}`, fields), () => {
			if (first) begun += 1;
			first = false;
			onBegun();
		});
	});
	const untilBegun = (enough: number) =>
		new Promise<void>((resolve) => {
			onBegun = () => begun >= enough && resolve();
			onBegun();
		});
	return { all, untilBegun };
}

/** None hangs, and none that is not whole ends as if it were. */
function checkEnds(t: ExecutionContext, ends: readonly Streamed[]): { readonly whole: number } {
	for (const { status, finish, error } of ends) {
		t.true(status === 200 || status >= 500, `status ${status}`);
		t.true((finish === undefined) !== (error === undefined), `finish ${finish}, error ${error}`);
	}
	return { whole: ends.filter(({ finish }) => finish !== undefined).length };
}

function enginesOf({ child }: Serving) {
	return descendants(child.pid ?? -1).filter(isEngine);
}

for (const engine of ["node-llama-cpp", "llama-server"] as const) {
	test.serial(
		`${engine} killed under ${STREAMS} streams: all end, those that had text go on, and the same text comes`,
		async (t) => {
			const serving = await serve(t, ["--engine", engine, "--inflight", "8"]);
			const before = await streamChat(serving.url, chat("Stream 3", LONG));
			const { all, untilBegun } = startStreams(serving.url, STREAMS);
			await untilBegun(2);
			await untilGenerating(serving.url, 2);
			process.kill(enginesOf(serving)[1]?.pid ?? -1, "SIGKILL");
			const ends = await Promise.all(all);
			const { whole } = checkEnds(t, ends);
			await serving.waitForLine(/^rank [01]: its engine died, and is started again$/);
			t.is(whole, STREAMS, JSON.stringify(ends.filter(({ error }) => error !== undefined).slice(0, 3)));
			t.is(ends[3]?.text, before.text);
			const metrics = await (await fetch(`${serving.url}/metrics`)).text();
			const continued = Number(/^tsmpi:streams_continued_total\S* (\d+)$/m.exec(metrics)?.[1]);
			t.true(continued > 0, "some went on in the middle");
		},
	);
}

test.serial(
	"a stream that cannot go on elsewhere ends with an error, never as if it were whole",
	async (t) => {
		const serving = await serve(t, ["--inflight", "8"]);
		// A grammar has a state that no other engine knows.
		const grammar = { ...LONG, max_tokens: 1900, grammar: 'root ::= "a"+' };
		const { all, untilBegun } = startStreams(serving.url, 8, grammar);
		await untilBegun(1);
		for (const { pid } of enginesOf(serving)) process.kill(pid, "SIGKILL");
		const ends = await Promise.all(all);
		checkEnds(t, ends);
		const errors = ends.map(({ error }) => error).filter((error) => error !== undefined);
		t.true(errors.includes("interrupted"));
		// What had no text, and was running at both deaths.
		t.deepEqual(
			errors.filter((error) => error !== "interrupted" && error !== "engine_died"),
			[],
		);
	},
);

test.serial(
	"a rank killed under streams, with --on-failure continue: all end, the others serve on",
	async (t) => {
		const serving = await serve(t, ["--inflight", "8"], {
			ranks: 3,
			launch: ["--on-failure", "continue"],
		});
		const { all, untilBegun } = startStreams(serving.url, STREAMS);
		await untilBegun(20);
		const victim = enginesOf(serving).find(({ parent }) => parent !== rankZero(serving));
		process.kill(victim?.parent ?? -1, "SIGKILL");
		const ends = await Promise.all(all);
		t.is(checkEnds(t, ends).whole, STREAMS, JSON.stringify(ends.filter(({ error }) => error !== undefined)));
		t.is((await post(serving.url, "/v1/chat/completions", chat("Still there?"))).status, 200);
		const health = (await (await fetch(`${serving.url}/health`)).json()) as { ranks: object };
		t.deepEqual(health.ranks, { up: 2, down: 1 });
	},
);

test.serial("a rank killed without --on-failure continue ends the job, and no engine is left", async (t) => {
	const serving = await serve(t);
	const engines = enginesOf(serving);
	const victim = engines.find(({ parent }) => parent !== rankZero(serving));
	process.kill(victim?.parent ?? -1, "SIGKILL");
	t.is((await serving.done).code, 137);
	await t.notThrowsAsync(untilGone([...engines.map(({ pid }) => pid)], 5000));
});

test.serial("rank 0 killed under streams: every connection breaks, and nothing is left", async (t) => {
	const serving = await serve(t, ["--inflight", "8"]);
	const pids = descendants(serving.child.pid ?? -1).map(({ pid }) => pid);
	const { all, untilBegun } = startStreams(serving.url, 10);
	const ended = Promise.allSettled(all);
	await untilBegun(8);
	process.kill(rankZero(serving), "SIGKILL");
	for (const end of await ended) {
		t.true(end.status === "rejected" || end.value.finish === undefined || end.value.error === undefined);
	}
	t.is((await serving.done).code, 137);
	await t.notThrowsAsync(untilGone(pids, 5000));
});

test.serial("a client that leaves frees its slot within 200 ms, in the queue too", async (t) => {
	const serving = await serve(t, ["--inflight", "1", "--ctx-size", "2048"], { ranks: 1 });
	const { url } = serving;
	const leave = new AbortController();
	const gone = streamChat(
		url,
		chat("Long", { ...LONG, max_tokens: 1900 }),
		() => leave.abort(),
		leave.signal,
	);
	await t.throwsAsync(gone, { any: true, name: "AbortError" });
	const left = performance.now();
	const { status } = await post(url, "/v1/chat/completions", chat("Next", { max_tokens: 1 }));
	const ms = performance.now() - left;
	t.is(status, 200);
	// With the answer itself, and on a machine that runs other tests.
	t.true(ms < 1000, `${ms.toFixed(0)} ms`);
	t.deepEqual(
		(await slotsOf(url)).map(({ is_processing: busy }) => busy),
		[false],
	);
});

test.serial("SIGTERM: what runs ends whole, what waits gets 503, the job exits 0", async (t) => {
	const serving = await serve(t, ["--inflight", "2", "--drain-timeout", "20"], { ranks: 1 });
	const { url, child } = serving;
	const running = startStreams(url, 2, { ...LONG, max_tokens: 1900 });
	await running.untilBegun(2);
	const waiting = post(url, "/v1/chat/completions", chat("Waits"));
	await untilWaiting(url);
	child.kill("SIGTERM");
	const refused = await waiting;
	t.is(refused.status, 503);
	t.truthy(refused.headers.get("retry-after"));
	t.is(checkEnds(t, await Promise.all(running.all)).whole, 2);
	t.is((await serving.done).code, 0);
});

test.serial("a second SIGTERM ends it at once, with 143; Ctrl-C twice with 130", async (t) => {
	for (const [signal, code] of [
		["SIGTERM", 143],
		["SIGINT", 130],
	] as const) {
		const serving = await serve(t, ["--inflight", "2"], { ranks: 2 });
		const { all, untilBegun } = startStreams(serving.url, 2, { ...LONG, max_tokens: 1900 });
		const ended = Promise.allSettled(all);
		await untilBegun(2);
		const draining = serving.waitForLine(new RegExp(`^tsmpirun: ${signal}: `));
		serving.child.kill(signal);
		await draining;
		serving.child.kill(signal);
		t.is((await serving.done).code, code);
		await ended;
	}
});

test.serial("after the time to drain a stream ends with an error event", async (t) => {
	const serving = await serve(t, ["--inflight", "1", "--drain-timeout", "0.1"], { ranks: 1 });
	const { all, untilBegun } = startStreams(serving.url, 1, { ...LONG, max_tokens: 1900 });
	await untilBegun(1);
	serving.child.kill("SIGTERM");
	const [end] = await Promise.all(all);
	t.is(end?.error, "draining");
	t.is((await serving.done).code, 0);
});

test.serial("a taken port is one line and exit code 1", async (t) => {
	const serving = await serve(t, [], { ranks: 1 });
	const port = new URL(serving.url).port;
	const other = await tsmpirun(t, ["-n", "2", SERVE, "--port", port]);
	t.is(other.code, 1);
	t.regex(other.stderr, new RegExp(`Cannot listen on 127.0.0.1:${port}: the port is taken\n$`));
	serving.child.kill("SIGTERM");
	await once(serving.child, "exit");
});

function rankZero(serving: Serving): number {
	const first = descendants(serving.child.pid ?? -1)
		.filter(isEngine)
		.map(({ parent }) => parent);
	return Math.min(...first);
}

/** Resolves once every rank has generated something. */
async function untilGenerating(url: string, ranks: number): Promise<void> {
	for (;;) {
		const metrics = await (await fetch(`${url}/metrics`)).text();
		const counts = [...metrics.matchAll(/^vllm:generation_tokens_total\S* (\d+)$/gm)];
		// The stream that was there before had its tokens on one rank.
		if (counts.filter(([, count]) => Number(count) % 600 > 0).length === ranks) return;
	}
}

/** Resolves once a request waits for a slot. */
async function untilWaiting(url: string): Promise<void> {
	for (;;) {
		const metrics = await (await fetch(`${url}/metrics`)).text();
		const waiting = /^vllm:num_requests_waiting\{[^}]*engine=""\} (\d+)/m.exec(metrics)?.[1];
		if (Number(waiting) > 0) return;
	}
}
