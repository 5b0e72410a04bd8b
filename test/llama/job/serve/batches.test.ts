import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import test, { type ExecutionContext } from "ava";
import OpenAI from "openai";
import { start } from "../../../support/run.ts";
import { batchWhen, begin, lines, outputOf } from "../../gateway/files/stage.ts";
import { descendants, isEngine } from "../../support/processes.ts";
import { chat, SERVE, type Serving, serve, streamChat } from "../../support/serve.ts";

const LONG = { max_tokens: 200, ignore_eos: true };

async function folder(t: ExecutionContext): Promise<string> {
	const path = await mkdtemp(join(tmpdir(), "tsmpi-batches-"));
	t.teardown(() => rm(path, { recursive: true, force: true }));
	return join(path, "data");
}

function clientOf({ url }: Serving): OpenAI {
	return new OpenAI({ baseURL: `${url}/v1`, apiKey: "none", maxRetries: 0 });
}

/** The batch is over, and each of its requests has one answer. */
async function checkWhole(t: ExecutionContext, client: OpenAI, id: string, count: number): Promise<void> {
	const done = await batchWhen(client, id);
	t.is(done.status, "completed");
	t.deepEqual(done.request_counts, { total: count, completed: count, failed: 0 });
	const names = (await outputOf(client, done.output_file_id)).map(({ custom_id: name }) => name);
	t.is(names.length, count);
	t.is(new Set(names).size, count);
}

/** The batch has begun to answer. */
const begun = ({ request_counts: counts }: OpenAI.Batch) => (counts?.completed ?? 0) > 0;

test.serial(
	"engines that die, clients that come, and a drain in the middle: no answer twice, none missing",
	async (t) => {
		const data = await folder(t);
		const first = await serve(t, ["--data-dir", data, "--inflight", "2"]);
		const client = clientOf(first);
		const count = 60;
		const { id } = await begin(client, lines(count, LONG));
		const behind = await begin(client, lines(3));
		await batchWhen(client, id, begun);
		const [engine] = descendants(first.child.pid ?? -1).filter(isEngine);
		process.kill(engine?.pid ?? -1, "SIGKILL");
		// Others are answered meanwhile.
		const ends = await Promise.all([1, 2, 3].map((n) => streamChat(first.url, chat(`Client ${n}`))));
		t.true(ends.every(({ finish }) => finish !== undefined));
		const at = await client.batches.retrieve(id);
		t.is(at.status, "in_progress");
		first.child.kill("SIGTERM");
		const { code, stderr } = await first.done;
		t.is(code, 0, stderr);
		t.notRegex(stderr, /Bug/);

		const second = await serve(t, ["--data-dir", data]);
		await checkWhole(t, clientOf(second), id, count);
		await checkWhole(t, clientOf(second), behind.id, 3);
	},
);

test.serial(
	"rank 0 is killed in a batch: the next start ends it; meanwhile a second server is refused",
	async (t) => {
		const data = await folder(t);
		const first = await serve(t, ["--data-dir", data, "--max-queue", "0"]);
		const client = clientOf(first);
		const count = 60;
		const { id } = await begin(client, lines(count, LONG));
		await batchWhen(client, id, begun);

		const other = await start(t, ["-n", "1", SERVE, "--port", "0", "--data-dir", data]).done;
		t.is(other.code, 1);
		const told = other.stderr.split("\n").filter((line) => line.includes("--data-dir"));
		t.is(told.length, 1, other.stderr);
		t.regex(told[0] ?? "", /Cannot use --data-dir .*: another job writes it: pid \d+ on host /);

		const { pid } = JSON.parse(await readFile(join(data, "server.lock"), "utf8")) as { pid: number };
		process.kill(pid, "SIGKILL");
		await first.done;
		const second = await serve(t, ["--data-dir", data]);
		await checkWhole(t, clientOf(second), id, count);
	},
);

test.serial(
	"a client's first token comes as soon as with nothing else to do, while a batch has every slot",
	async (t) => {
		const serving = await serve(t, ["--data-dir", await folder(t), "--inflight", "2"]);
		const client = clientOf(serving);
		const first = async () => {
			const from = performance.now();
			let ms = Number.POSITIVE_INFINITY;
			const ended = await streamChat(serving.url, chat("Hello"), () => {
				ms = Math.min(ms, performance.now() - from);
			});
			t.truthy(ended.finish);
			return ms;
		};
		const median = (all: readonly number[]) => [...all].sort((a, b) => a - b)[all.length >> 1] ?? 0;
		const idle: number[] = [];
		for (let i = 0; i < 9; i++) idle.push(await first());
		// Each runs for many times as long as a client's first token takes.
		const { id } = await begin(client, lines(400, { max_tokens: 1500, ignore_eos: true }));
		await batchWhen(client, id, ({ status }) => status === "in_progress");
		const busy: number[] = [];
		for (let i = 0; i < 9; i++) busy.push(await first());
		t.is((await client.batches.retrieve(id)).status, "in_progress");
		t.log(
			`first token: idle ${median(idle).toFixed(1)} ms, beside a batch ${median(busy).toFixed(1)} ms, worst ${Math.max(...busy).toFixed(1)} ms`,
		);
		t.true(median(busy) < median(idle) + 450, `${median(busy)} ms, idle ${median(idle)} ms`);
		await client.batches.cancel(id);
		t.is((await batchWhen(client, id)).status, "cancelled");
	},
);

test.serial("without --data-dir each route says how to have files and batches", async (t) => {
	const serving = await serve(t, [], { ranks: 1 });
	const client = clientOf(serving);
	for (const asked of [client.files.list(), client.batches.list(), client.batches.cancel("batch_x")]) {
		const error = await t.throwsAsync(asked, { instanceOf: OpenAI.APIError });
		t.is(error?.status, 501);
		t.regex(error?.message ?? "", /--data-dir DIR/);
	}
});
