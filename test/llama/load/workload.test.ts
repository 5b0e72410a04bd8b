import { writeFileSync } from "node:fs";
import { join } from "node:path";
import test from "ava";
import { lengthOf, SHAREGPT } from "../../../src/llama/load/command-line/lengths.ts";
import { loadOptions } from "../../../src/llama/load/command-line/options.ts";
import { workloadOf } from "../../../src/llama/load/plan.ts";
import { readItems } from "../../../src/llama/load/workload/file.ts";
import type { LoadRequest } from "../../../src/llama/load/workload/workload.ts";
import { uniform } from "../../../src/llama/schedule/arrivals.ts";
import { temporaryFolder } from "../support/models.ts";

const folder = temporaryFolder();

async function made(words: readonly string[], wordsPerToken = 1) {
	const options = loadOptions(["--url", "http://h", ...words], "load.js");
	const items = options.in === undefined ? undefined : await readItems(options);
	const server = { target: { base: "http://h" }, model: "small", wordsPerToken };
	const workload = workloadOf({ options, server, items });
	const request = (session: number, turn = 0, answers: readonly string[] = []) =>
		workload.session(session).request(turn, answers) as LoadRequest;
	return { workload, request };
}

type Message = { readonly role: string; readonly content: string };
const messagesOf = ({ body }: LoadRequest) => body.messages as readonly Message[];
const wordsIn = (text = "") => text.split(" ").length;

test("lengths like ShareGPT's are within their bounds, and their means what the documents say", (t) => {
	for (const [lengths, mean] of [
		[SHAREGPT.prompt, 201],
		[SHAREGPT.answer, 204],
	] as const) {
		const random = uniform(3);
		const drawn = Array.from({ length: 100_000 }, () => lengthOf(lengths, random));
		t.true(drawn.every((length) => length >= 4 && length <= 1024));
		const found = drawn.reduce((sum, length) => sum + length, 0) / drawn.length;
		t.true(Math.abs(found - mean) < 4, `${found}`);
	}
});

test("made prompts have the length that was asked for, differ, and are the same for the same seed", async (t) => {
	const { request, workload } = await made(["--prompt-tokens", "20..30", "--max-tokens", "3..5"], 0.5);
	t.is(workload.sessions, 100);
	const requests = Array.from({ length: 50 }, (_, index) => request(index));
	for (const each of requests) {
		const words = wordsIn(messagesOf(each)[0]?.content);
		t.true(words >= 10 && words <= 15, `${words}`);
		const { max_tokens: most } = each.body as { max_tokens: number };
		t.true(most >= 3 && most <= 5);
	}
	t.is(new Set(requests.map((each) => messagesOf(each)[0]?.content)).size, 50);
	t.deepEqual(
		(await made(["--prompt-tokens", "20..30", "--max-tokens", "3..5"], 0.5)).request(7),
		request(7),
	);
	t.notDeepEqual(
		(await made(["--prompt-tokens", "20..30", "--max-tokens", "3..5", "--seed", "2"], 0.5)).request(7),
		request(7),
	);
	// Those of warm-ups are like none that counts.
	t.false(requests.some((each) => messagesOf(each)[0]?.content === messagesOf(request(-1))[0]?.content));
});

test("a turn sends all that was said before, behind what all prompts share", async (t) => {
	const { request, workload } = await made([
		...["--conversations", "3", "--turns", "3", "--shared-prefix", "10", "--prompt-tokens", "4"],
		...["--temperature", "0", "--ignore-eos"],
	]);
	t.like(workload, { sessions: 3, turns: 3 });
	const third = request(1, 2, ["first", "second"]);
	const messages = messagesOf(third);
	t.deepEqual(
		messages.map(({ role }) => role),
		["system", "user", "assistant", "user", "assistant", "user"],
	);
	t.deepEqual([messages[2]?.content, messages[4]?.content], ["first", "second"]);
	t.deepEqual(messagesOf(request(1, 1, ["first"])), messages.slice(0, 4));
	t.is(wordsIn(messages[0]?.content), 10);
	t.is(messagesOf(request(2))[0]?.content, messages[0]?.content);
	t.like(third.body, { model: "small", temperature: 0, ignore_eos: true, max_tokens: 64 });
});

test("--route completions sends texts", async (t) => {
	const { request } = await made(["--route", "completions", "--prompt-tokens", "4", "--shared-prefix", "3"]);
	const { path, body } = request(0);
	t.is(path, "/v1/completions");
	t.is(wordsIn(body.prompt as string), 7);
});

test("a file's requests go as they came; bad lines are none", async (t) => {
	const path = join(folder, "in.jsonl");
	const chat = {
		messages: [{ role: "user", content: "hi" }],
		stream: true,
		max_tokens: 5,
		anything: { a: 1 },
	};
	const lines = [
		{ custom_id: "a", method: "POST", url: "/v1/chat/completions", body: { ...chat, model: "other" } },
		{ custom_id: "b", method: "POST", url: "/v1/completions", body: { prompt: ["x", "y"], n: 2, seed: 5 } },
		{ custom_id: "c", method: "POST", url: "/v1/embeddings", body: { input: "hi" } },
		{ custom_id: "d", method: "POST", url: "/v1/nothing", body: {} },
	];
	writeFileSync(path, lines.map((line) => JSON.stringify(line)).join("\n"));
	const { request, workload } = await made(["--in", path, "--max-tokens", "9"]);
	t.is(workload.sessions, 4);
	const { stream: _, ...kept } = chat;
	t.like(request(0), { path: "/v1/chat/completions", body: { ...kept, model: "other" } });
	t.false("stream" in request(0).body);
	t.like(request(1), {
		path: "/v1/completions",
		body: { prompt: ["x", "y"], n: 2, seed: 5, max_tokens: 9, model: "small" },
	});
	t.like(request(2), { path: "/v1/embeddings", body: { input: ["hi"] } });
	t.like(request(3), { code: "invalid_url", number: 4 });
	t.deepEqual(request(4), request(0));
	t.is((await made(["--in", path, "--model", "mine"])).request(0).body.model, "mine");
});

test("a text's lines are turns of a user, or texts to continue", async (t) => {
	const path = join(folder, "in.txt");
	writeFileSync(path, "one\ntwo\n");
	const { request, workload } = await made(["--in", path, "--requests", "5"]);
	t.is(workload.sessions, 5);
	t.deepEqual(messagesOf(request(3)), [{ role: "user", content: "two" }]);
	const texts = await made(["--in", path, "--route", "completions"]);
	t.like(texts.request(0), { path: "/v1/completions", body: { prompt: "one" } });
});
