import { readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import test from "ava";
import type { Report } from "../../../src/llama/index.ts";
import { start, tsmpirun } from "../../support/run.ts";
import { temporaryFolder } from "../support/models.ts";

const example = (name: string) => fileURLToPath(new URL(`../../../../examples/${name}`, import.meta.url));
const folder = temporaryFolder();

test("two ranks measure the server of two ranks: conversations find their beginnings, and a full queue is counted", async (t) => {
	const serve = start(t, [
		...["-np", "2", example("llama_serve.js"), "--port", "0", "--inflight", "2", "--max-queue", "4"],
	]);
	const [, url = ""] = await serve.waitForLine(/listening on (http:\S+)/);
	await serve.waitForLine(/ready: 2 ranks/);
	const run = async (name: string, ...words: string[]) => {
		const json = join(folder, name);
		const result = await tsmpirun(t, [
			...["-np", "2", example("llama_load.js"), "--url", url, "--ignore-eos", "--json", json, ...words],
		]);
		return { ...result, report: JSON.parse(readFileSync(json, "utf8")) as Report };
	};

	const talk = await run(
		"talk.json",
		...["--conversations", "4", "--turns", "3", "--shared-prefix", "100", "--prompt-tokens", "20"],
		...["--max-tokens", "12", "--concurrency", "4"],
	);
	t.deepEqual([talk.code, talk.stderr], [0, ""], talk.stdout);
	t.like(talk.report.total, { ok: 12, failed: 0, completion_tokens: 12 * 12 });
	// Second and third turns find what was said before; first ones find nothing of their own.
	t.true(talk.report.total.cached_tokens > 0.4 * talk.report.total.prompt_tokens);
	t.true(talk.report.total.itl_ms.count > 12);

	// Four run, four wait, and the others of forty are refused; none is lost.
	const burst = await run("burst.json", "--requests", "40", "--concurrency", "40", "--min-success", "0");
	t.is(burst.code, 0, burst.stderr);
	const { ok, failed, completion_tokens: out } = burst.report.total;
	t.is(ok + failed, 40);
	t.true(ok >= 8 && failed > 0, `${ok} ${failed}`);
	t.is(out, ok * 64);
	t.like(burst.report.errors, [{ code: "http_429", param: "queue_full", count: failed }]);
});
