import { writeFileSync } from "node:fs";
import { join } from "node:path";
import test from "ava";
import { init } from "../../../src/index.ts";
import { formatReport, mergeStatistics, openBatch, runBatch } from "../../../src/llama/index.ts";
import { EchoEngine } from "../support/engines.ts";
import { temporaryFolder } from "../support/models.ts";

const folder = temporaryFolder();
/** A world of one. */
const mpi = await init();

const COUNT = 50_000;

test(`${COUNT} bad lines are a few lines of the report, and of the books behind it`, async (t) => {
	const path = join(folder, "bad.jsonl");
	const body = { messages: [{ role: "user", content: "Hi" }], stream: true };
	const lines = Array.from({ length: COUNT }, (_, index) =>
		JSON.stringify({
			...{ custom_id: `${index}`, method: "POST", url: "/v1/chat/completions" },
			// One in a thousand is bad in another way.
			body: index % 1000 === 7 ? { messages: `${index}` } : body,
		}),
	);
	// Without one that can run there would be no job.
	const good = { custom_id: "good", url: "/v1/chat/completions", body: { messages: body.messages } };
	lines.splice(20, 0, JSON.stringify(good));
	writeFileSync(path, `${lines.join("\n")}\n`);
	const outcome = await runBatch(mpi, new EchoEngine(), await openBatch(mpi, { in: path }));
	const statistics = outcome?.statistics ?? [];
	const [first, second, ...others] = statistics[0]?.errors ?? [];
	t.like(first, { code: "stream_not_supported", count: COUNT - COUNT / 1000, line: 1 });
	t.like(second, { code: "invalid_request", count: COUNT / 1000, line: 8 });
	t.deepEqual(others, []);
	t.true(JSON.stringify(statistics).length < 5000);

	const report = mergeStatistics(statistics);
	t.is(report.total.failed, COUNT);
	const text = formatReport(report);
	t.true(text.split("\n").length < 40, text);
	t.regex(text, /^ {2}49,950 x stream_not_supported( "stream")?: first at line 1: a line of a batch /m);
	t.regex(text, /^ {2}50 x invalid_request( "messages")?: first at line 8: /m);
});
