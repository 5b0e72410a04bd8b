import test from "ava";
import { descendants, isEngine } from "../../support/processes.ts";
import { chat, post, type Serving, serve, slotsOf, streamChat } from "../../support/serve.ts";

/** Process of a rank that is not the server's own. */
function otherRank({ child }: Serving): number {
	const parents = descendants(child.pid ?? -1)
		.filter(isEngine)
		.map(({ parent }) => parent);
	return Math.max(...parents);
}

async function until(isSo: () => Promise<boolean>): Promise<void> {
	while (!(await isSo()));
}

test("a rank that is silent gets nothing new; what it has ends when it speaks again, or by its deadline", async (t) => {
	const options = ["--engine", "node-llama-cpp", "--inflight", "4", "--policy", "round-robin"];
	const serving = await serve(t, [...options, "--ctx-size", "32768"]);
	const { url } = serving;
	const busyOn = async (rank: number) =>
		(await slotsOf(url)).filter((slot) => slot.rank === rank && slot.is_processing).length;
	const stateOf = async (rank: number) => (await slotsOf(url)).find((slot) => slot.rank === rank)?.rank_state;
	const pid = otherRank(serving);
	const fields = { max_tokens: 2000, ignore_eos: true, seed: 1 };
	const streams = Array.from({ length: 4 }, (_, index) => streamChat(url, chat(`Stream ${index}`, fields)));
	await until(async () => (await busyOn(0)) === 2 && (await busyOn(1)) === 2);
	process.kill(pid, "SIGSTOP");
	t.teardown(() => {
		try {
			process.kill(pid, "SIGCONT");
		} catch {}
	});
	await until(async () => (await stateOf(1)) === "suspect");
	await serving.waitForLine(/^rank 1: it is silent or its engine fails; it gets no requests for now$/);
	// Had one gone there, it would not be answered before SIGCONT.
	const answers = await Promise.all(
		Array.from({ length: 8 }, (_, index) => post(url, "/v1/chat/completions", chat(`New ${index}`))),
	);
	t.true(answers.every(({ status }) => status === 200));
	t.is(await busyOn(1), 2, "nothing new went there");
	t.is((await fetch(`${url}/health`)).status, 200);
	process.kill(pid, "SIGCONT");
	for (const { finish, error } of await Promise.all(streams))
		t.deepEqual([finish, error], ["length", undefined]);
	await until(async () => (await stateOf(1)) === "up");
	await serving.waitForLine(/^rank 1: it gets requests again/);
});

test("what a silent rank has fails by its deadline, and its client hears of that", async (t) => {
	const options = ["--engine", "node-llama-cpp", "--inflight", "2", "--policy", "round-robin"];
	const serving = await serve(t, [...options, "--ctx-size", "32768"]);
	const { url } = serving;
	const pid = otherRank(serving);
	process.kill(pid, "SIGSTOP");
	t.teardown(() => {
		try {
			process.kill(pid, "SIGCONT");
		} catch {}
	});
	// Nobody knows yet that it is silent: in turn, every other one goes there.
	const ask = (index: number) =>
		post(url, "/v1/chat/completions", chat(`Asks ${index}`), { "x-request-timeout-ms": "2000" });
	const ends = await Promise.all(Array.from({ length: 4 }, (_, index) => ask(index)));
	const statuses = ends.map(({ status }) => status).sort();
	t.deepEqual(statuses, [200, 200, 504, 504]);
	process.kill(pid, "SIGCONT");
	await until(async () => (await slotsOf(url)).every(({ is_processing: busy }) => !busy));
	const after = await Promise.all(Array.from({ length: 4 }, (_, index) => ask(index)));
	t.true(after.every(({ status }) => status === 200));
});
